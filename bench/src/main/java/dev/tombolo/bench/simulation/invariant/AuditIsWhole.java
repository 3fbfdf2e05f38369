package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.audit.AuditChain;
import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.HubChange;
import java.util.ArrayList;
import java.util.List;

/// I11: each audit record follows the one before it, and what needs one has one in its batch.
final class AuditIsWhole extends Invariant {
  private long sequence;
  private String hash = AuditChain.BEGINNING;

  AuditIsWhole() {
    super("I11");
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    List<String> actions = new ArrayList<>();
    for (HubChange change : changes) {
      if (change instanceof HubChange.AuditAppended(var record)) {
        follows(record);
        actions.add(record.action());
      }
    }
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.TokenUsed _ -> needs(actions, "enrol");
        case HubChange.AssignmentPut _ -> needs(actions, "assign");
        case HubChange.AssignmentRemoved _ -> needs(actions, "unassign");
        case HubChange.ObjectGone _ -> needs(actions, "remove");
        case HubChange.LiftPut _ -> needs(actions, "override");
        case HubChange.PausePut _ -> needs(actions, "transfer-pause");
        case HubChange.ReleasePut _ -> needs(actions, "release-push");
        case HubChange.PublisherRootPut _ -> needs(actions, "publisher-trust");
        default -> {}
      }
    }
  }

  @Override
  Runnable bookmark() {
    long sequenceThen = sequence;
    String hashThen = hash;
    return () -> {
      sequence = sequenceThen;
      hash = hashThen;
    };
  }

  private void needs(List<String> actions, String action) {
    hold(actions.contains(action), -1, () -> "a change without its audit line '" + action + "'");
  }

  private void follows(AuditRecord record) {
    hold(
        record.sequence() == sequence + 1,
        -1,
        () -> "audit record " + record.sequence() + " follows " + sequence);
    hold(
        record.previous().equals(hash),
        -1,
        () -> "audit record " + record.sequence() + " has no chain");
    hold(
        AuditChain.hashOf(record).equals(record.hash()),
        -1,
        () -> "audit record " + record.sequence() + " has another hash");
    sequence = record.sequence();
    hash = record.hash();
  }
}
