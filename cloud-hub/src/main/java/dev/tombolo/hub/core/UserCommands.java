package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;

/// Decides who may operate the hub. The last person who may cannot be shut out.
final class UserCommands {
  static final int USERS_MAX = 500;

  private final HubState state;

  UserCommands(HubState state) {
    this.state = state;
  }

  AdminAnswer create(AdminCommand.CreateUser command, Principal who, StepDraft draft) {
    UserRecord before = state.users.get(command.name());
    if (before != null && before.revokedMillis() == null) {
      return refused(
          new Reason.Conflict(
              "user " + command.name(),
              "it has a token already (to make a new one, revoke this one first)"));
    }
    if (before == null && state.users.size() >= USERS_MAX) {
      return refused(new Reason.LimitExceeded("USERS_MAX", USERS_MAX, state.users.size() + 1));
    }
    UserRecord user =
        new UserRecord(command.name(), command.tokenHash(), draft.nowMillis, who.name(), null);
    draft.change(new HubChange.UserPut(user));
    draft.audit(who, "user-created", command.name().text(), "", "");
    return new AdminAnswer.Done(List.of("user " + command.name() + " created"));
  }

  AdminAnswer revoke(AdminCommand.RevokeUser command, Principal who, StepDraft draft) {
    UserRecord user = state.users.get(command.name());
    if (user == null) {
      return refused(new Reason.NotFound("user", command.name().text(), near()));
    }
    if (user.revokedMillis() != null) {
      return new AdminAnswer.Done(List.of("user " + command.name() + " was revoked already"));
    }
    if (state.users.values().stream().filter(u -> u.revokedMillis() == null).count() == 1) {
      return refused(
          new Reason.Conflict(
              "user " + command.name(), "it is the only one left (create another one first)"));
    }
    draft.change(new HubChange.UserPut(user.revoked(draft.nowMillis)));
    draft.audit(who, "user-revoked", command.name().text(), "", "");
    return new AdminAnswer.Done(List.of("user " + command.name() + " revoked"));
  }

  private List<String> near() {
    return state.users.keySet().stream().map(Name::text).sorted().limit(3).toList();
  }

  private static AdminAnswer refused(Reason reason) {
    return new AdminAnswer.Refused(reason);
  }
}
