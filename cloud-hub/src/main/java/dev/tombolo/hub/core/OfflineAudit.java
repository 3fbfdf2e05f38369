package dev.tombolo.hub.core;

import dev.tombolo.hub.audit.AuditLine;
import java.util.List;

/// A line of the audit for what was done to a hub that does not run.
public final class OfflineAudit {
  private OfflineAudit() {}

  public static List<HubChange> line(HubState state, AuditLine line, long nowMillis) {
    StepDraft draft = new StepDraft(nowMillis, state.lastAudit);
    draft.audit(line);
    return draft.finish().changes();
  }
}
