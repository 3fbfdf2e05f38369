package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.AuditChain;
import dev.tombolo.hub.audit.AuditLine;
import dev.tombolo.hub.audit.AuditRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step while it is being decided. Audit lines get their place in the chain as they come.
final class StepDraft {
  final long nowMillis;
  private final List<HubChange> changes = new ArrayList<>(4);
  private final List<HubEffect> effects = new ArrayList<>(4);
  private @Nullable AuditRecord lastAudit;

  StepDraft(long nowMillis, @Nullable AuditRecord lastAudit) {
    this.nowMillis = nowMillis;
    this.lastAudit = lastAudit;
  }

  void change(HubChange change) {
    changes.add(change);
  }

  void effect(HubEffect effect) {
    effects.add(effect);
  }

  void audit(AuditLine line) {
    AuditRecord record = AuditChain.next(lastAudit, line, nowMillis);
    lastAudit = record;
    changes.add(new HubChange.AuditAppended(record));
  }

  void audit(Principal who, String action, String subject, String before, String after) {
    audit(new AuditLine(who.name(), action, subject, before, after));
  }

  Step finish() {
    return changes.isEmpty() && effects.isEmpty()
        ? Step.NOTHING
        : new Step(List.copyOf(changes), List.copyOf(effects));
  }
}
