package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;

/// Routes operators' commands. A refused command changes nothing.
final class Operators {
  private final TokenCommands tokens;
  private final ApplyCommands objects;
  private final ReleaseCommands releases;
  private final AssignCommands assignments;
  private final RevokeCommands revocations;
  private final ApproveCommands approvals;
  private final UserCommands users;
  private final BackupCommands backups;
  private final Asks asks;

  Operators(HubState state, Asks asks) {
    this.tokens = new TokenCommands(state);
    this.objects = new ApplyCommands(state);
    this.releases = new ReleaseCommands(state);
    this.assignments = new AssignCommands(state);
    this.revocations = new RevokeCommands(state, asks);
    this.approvals = new ApproveCommands(state);
    this.users = new UserCommands(state);
    this.backups = new BackupCommands(state);
    this.asks = asks;
  }

  void asked(HubEvent.AdminAsked event, StepDraft draft) {
    Principal who = event.who();
    switch (event.command()) {
      case AdminCommand.CreateToken c -> answer(event, tokens.create(c, who, draft), draft);
      case AdminCommand.RevokeToken c -> answer(event, tokens.revoke(c, who, draft), draft);
      case AdminCommand.Apply c -> answer(event, objects.apply(c, who, draft), draft);
      case AdminCommand.TrustPublisher c -> answer(event, releases.trust(c, who, draft), draft);
      case AdminCommand.PushRelease c -> answer(event, releases.push(c, who, draft), draft);
      case AdminCommand.Assign c -> answer(event, assignments.assign(c, who, draft), draft);
      case AdminCommand.Unassign c -> answer(event, assignments.unassign(c, who, draft), draft);
      case AdminCommand.RevokeDevice c -> answer(event, revocations.revoke(c, who, draft), draft);
      case AdminCommand.ApproveDevice c -> answer(event, approvals.approve(c, who, draft), draft);
      case AdminCommand.ReplaceDevice c -> answer(event, tokens.replace(c, who, draft), draft);
      case AdminCommand.BeginBackup c -> answer(event, backups.begin(c, draft), draft);
      case AdminCommand.FinishBackup c -> answer(event, backups.finish(c, who, draft), draft);
      case AdminCommand.CreateUser c -> answer(event, users.create(c, who, draft), draft);
      case AdminCommand.RevokeUser c -> answer(event, users.revoke(c, who, draft), draft);
      case AdminCommand.AskDevice c -> asks.asked(event.request(), c, draft);
    }
  }

  private static void answer(HubEvent.AdminAsked event, AdminAnswer answer, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(event.request(), answer));
  }
}
