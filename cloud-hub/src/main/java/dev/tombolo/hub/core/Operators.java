package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;

/// Routes operators' commands. A refused command changes nothing.
final class Operators {
  /// Commands that wait for a long list to be applied.
  static final int WAITING_MAX = 64;

  private final HubState state;
  private final TokenCommands tokens;
  private final ApplyCommands objects;
  private final Selections selections;
  private final GitCommands git;
  private final ReleaseCommands releases;
  private final AssignCommands assignments;
  private final LiftCommands lifts;
  private final PauseCommands pauses;
  private final RevokeCommands revocations;
  private final ApproveCommands approvals;
  private final UserCommands users;
  private final BackupCommands backups;
  private final RolloutCommands rollouts;
  private final KitCommands kits;
  private final Asks asks;

  Operators(HubState state, Asks asks, KitCommands kits) {
    ParameterCheck parameters = new ParameterCheck(state);
    NeedsCheck needs = new NeedsCheck(state);
    this.state = state;
    this.tokens = new TokenCommands(state);
    this.releases = new ReleaseCommands(state);
    this.assignments = new AssignCommands(state, parameters, needs);
    this.lifts = new LiftCommands(state);
    this.pauses = new PauseCommands(state);
    this.revocations = new RevokeCommands(state, asks);
    this.approvals = new ApproveCommands(state);
    this.users = new UserCommands(state);
    this.backups = new BackupCommands(state);
    this.rollouts = new RolloutCommands(state, parameters, needs);
    this.selections = new Selections(state, parameters, assignments, rollouts);
    this.git = new GitCommands(state);
    this.objects = new ApplyCommands(state, parameters, needs, rollouts, git);
    this.kits = kits;
    this.asks = asks;
  }

  void asked(HubEvent.AdminAsked event, StepDraft draft) {
    Principal who = event.who();
    if (state.applying != null && isAboutObjects(event.command())) {
      await(event, draft);
      return;
    }
    switch (event.command()) {
      case AdminCommand.CreateToken c -> answer(event, tokens.create(c, who, draft), draft);
      case AdminCommand.RevokeToken c -> answer(event, tokens.revoke(c, who, draft), draft);
      case AdminCommand.Apply c -> objects.asked(event, c, draft);
      case AdminCommand.NoteGit c -> answer(event, git.note(c, draft), draft);
      case AdminCommand.TrustPublisher c -> answer(event, releases.trust(c, who, draft), draft);
      case AdminCommand.PushRelease c -> answer(event, releases.push(c, who, draft), draft);
      case AdminCommand.Assign c -> selections.assign(event, c, draft);
      case AdminCommand.Unassign c -> answer(event, assignments.unassign(c, who, draft), draft);
      case AdminCommand.LiftWindows c -> answer(event, lifts.lift(c, who, draft), draft);
      case AdminCommand.PauseTransfers c -> answer(event, pauses.pause(c, who, draft), draft);
      case AdminCommand.ResumeTransfers c -> answer(event, pauses.resume(c, who, draft), draft);
      case AdminCommand.CreateRollout c -> selections.create(event, c, draft);
      case AdminCommand.SteerRollout c -> answer(event, rollouts.steer(c, who, draft), draft);
      case AdminCommand.RevokeDevice c -> answer(event, revocations.revoke(c, who, draft), draft);
      case AdminCommand.ApproveDevice c -> answer(event, approvals.approve(c, who, draft), draft);
      case AdminCommand.ReplaceDevice c -> answer(event, tokens.replace(c, who, draft), draft);
      case AdminCommand.BeginBackup c -> answer(event, backups.begin(c, draft), draft);
      case AdminCommand.FinishBackup c -> answer(event, backups.finish(c, who, draft), draft);
      case AdminCommand.MakeKit c -> answer(event, kits.make(c, who, draft), draft);
      case AdminCommand.CreateUser c -> answer(event, users.create(c, who, draft), draft);
      case AdminCommand.RevokeUser c -> answer(event, users.revoke(c, who, draft), draft);
      case AdminCommand.AskDevice c -> asks.asked(event.request(), c, who, draft);
    }
  }

  /// True while a long list is being applied or commands wait for one.
  boolean isBusy() {
    return state.applying != null || !state.waiting.isEmpty();
  }

  /// The next slice of a long list, or the next command that waited for one.
  void slice(StepDraft draft) {
    HubEvent.AdminAsked next = state.waiting.peekFirst();
    switch (state.applying) {
      case PendingApply apply -> objects.slice(apply, draft);
      case PendingSelection selection -> selections.slice(selection, draft);
      case null -> {
        if (next != null) {
          draft.change(new HubChange.CommandTaken());
          asked(next, draft);
        }
      }
    }
  }

  private void await(HubEvent.AdminAsked event, StepDraft draft) {
    if (state.waiting.size() >= WAITING_MAX) {
      answer(event, new AdminAnswer.Refused(HubTurn.TRY_LATER), draft);
    } else {
      draft.change(new HubChange.CommandWaits(event));
    }
  }

  private static boolean isAboutObjects(AdminCommand command) {
    return command instanceof AdminCommand.Apply
        || command instanceof AdminCommand.NoteGit
        || command instanceof AdminCommand.Assign
        || command instanceof AdminCommand.Unassign
        || command instanceof AdminCommand.CreateRollout
        || command instanceof AdminCommand.SteerRollout
        || command instanceof AdminCommand.ApproveDevice
        || command instanceof AdminCommand.LiftWindows
        || command instanceof AdminCommand.PauseTransfers
        || command instanceof AdminCommand.ResumeTransfers
        || command instanceof AdminCommand.CreateToken
        || command instanceof AdminCommand.MakeKit;
  }

  private static void answer(HubEvent.AdminAsked event, AdminAnswer answer, StepDraft draft) {
    draft.effect(new HubEffect.AdminAnswered(event.request(), answer));
  }
}
