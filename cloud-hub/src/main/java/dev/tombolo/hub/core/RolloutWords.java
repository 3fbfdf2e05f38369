package dev.tombolo.hub.core;

import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;

/// What the hub itself decided of a rollout, for the audit and for who watches.
final class RolloutWords {
  private RolloutWords() {}

  static String subject(RolloutRecord record) {
    return "rollout " + record.id();
  }

  static void told(RolloutState before, RolloutRecord record, StepDraft draft) {
    switch (record.state()) {
      case RolloutState.Rolling _ when before instanceof RolloutState.Completed ->
          draft.audit(Principal.HUB, "rollout-goes-on", subject(record), "", "");
      case RolloutState.Rolling rolling ->
          draft.audit(
              Principal.HUB,
              "rollout-wave-opened",
              subject(record),
              "",
              AuditJson.of("wave", record.plan().waves().get(rolling.openThrough()).name()));
      case RolloutState.Completed _ ->
          draft.audit(Principal.HUB, "rollout-completed", subject(record), "", "");
      case RolloutState.Expired _ ->
          draft.audit(Principal.HUB, "rollout-deadline", subject(record), "", "");
      case RolloutState.Aborted aborted -> ended(record, "rollout-aborted", aborted.cause(), draft);
      case RolloutState.RolledBack back ->
          ended(record, "rollout-rolled-back", back.cause(), draft);
      case RolloutState.Planning _, RolloutState.Paused _ -> {}
    }
  }

  private static void ended(RolloutRecord record, String action, Reason cause, StepDraft draft) {
    draft.audit(
        Principal.HUB, action, subject(record), "", AuditJson.of("cause", ReasonText.say(cause)));
  }
}
