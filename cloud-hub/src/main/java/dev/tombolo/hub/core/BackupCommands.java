package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubState.BackupRecord;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;

/// Notes what backups have, so that devices may forget it.
final class BackupCommands {
  private final HubState state;

  BackupCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer begin(AdminCommand.BeginBackup command, StepDraft draft) {
    draft.change(new HubChange.BackupBegun(command.id(), draft.nowMillis));
    return new AdminAnswer.Done(List.of("backup " + command.id() + " begun"));
  }

  AdminAnswer finish(AdminCommand.FinishBackup command, Principal who, StepDraft draft) {
    BackupRecord backup = state.backup;
    if (backup == null || backup.isDone() || !backup.id().equals(command.id())) {
      return new AdminAnswer.Refused(
          new Reason.Conflict(
              "backup " + command.id(), "another one began in the meantime; make a new one"));
    }
    draft.change(new HubChange.BackupDone(command.id(), command.archive(), draft.nowMillis));
    draft.audit(
        who,
        "backup",
        "backup " + command.id(),
        "",
        AuditJson.of(
            Map.of(
                "sha256",
                command.archive().hex(),
                "bytes",
                Long.toString(command.bytes()),
                "epoch",
                Long.toString(state.history.epoch()),
                "history",
                state.history.id())));
    return new AdminAnswer.Done(List.of("backup " + command.id() + " noted"));
  }
}
