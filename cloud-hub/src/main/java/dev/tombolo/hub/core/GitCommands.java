package dev.tombolo.hub.core;

import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminCommand.Commit;
import dev.tombolo.hub.core.admin.AdminCommand.NoteGit.GitNote;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.admin.GitSource;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Applications that come out of Git. Who an application is and where it comes from is a person's
/// to say; release, parameters and policies are its repository's. A commit reaches the
/// application's fleet and nothing else.
final class GitCommands {
  private final HubState state;

  GitCommands(HubState state) {
    this.state = state;
  }

  /// The objects with what somebody else says of the same applications.
  List<AdminObject> whole(AdminCommand.Apply command) {
    List<AdminObject> all = new ArrayList<>(command.objects().size());
    for (AdminObject object : command.objects()) {
      all.add(
          object instanceof AdminObject.Application it
              ? whole(it, command.commit().isPresent())
              : object);
    }
    return all;
  }

  private AdminObject.Application whole(AdminObject.Application it, boolean isCommit) {
    AdminObject.Application there = find(it.fleet(), it.name());
    if (there == null) {
      return it;
    }
    if (isCommit && there.source().isPresent()) {
      return there.withContentOf(it);
    }
    return !isCommit && it.source().isPresent() ? it.withContentOf(there) : it;
  }

  private AdminObject.@Nullable Application find(Name fleet, Name application) {
    Map<Name, Kept<AdminObject.Application>> there = state.applications.get(fleet);
    Kept<AdminObject.Application> kept = there == null ? null : there.get(application);
    return kept == null ? null : kept.content();
  }

  /// Null when a commit may say all of this.
  AdminAnswer.@Nullable Refused refusal(AdminCommand.Apply command, Planned planned) {
    Commit commit = command.commit().orElse(null);
    if (commit == null) {
      return null;
    }
    AdminObject.Application from = find(commit.fleet(), commit.application());
    GitSource now = from == null ? null : from.source().orElse(null);
    if (now == null || !now.isSamePlace(commit.source())) {
      return new AdminAnswer.Refused(
          new Reason.Conflict(
              "application " + commit.fleet() + "/" + commit.application(),
              now == null
                  ? "it does not come out of Git any more"
                  : "it does not come from there any more, but from " + now.where()));
    }
    for (AdminObject object : command.objects()) {
      boolean isSource = object instanceof AdminObject.Application it && it.source().isPresent();
      if (isSource) {
        return new AdminAnswer.Refused(
            new Reason.NotAllowed(
                "spec.source in a repository: a person says where an application comes from"),
            object.title());
      }
      GitSource elsewhere = elsewhere(object, commit);
      if (elsewhere != null) {
        return new AdminAnswer.Refused(
            new Reason.NotAllowed(
                object.title()
                    + " comes from "
                    + (elsewhere.path().isEmpty() ? "" : elsewhere.path() + " of ")
                    + elsewhere.where()
                    + ", which alone says what it is"),
            object.title());
      }
      for (Name fleet : fleetsOf(object, planned)) {
        if (fleet.equals(commit.fleet())) {
          continue;
        }
        return new AdminAnswer.Refused(
            new Reason.NotAllowed(
                object.title()
                    + " is of fleet "
                    + fleet
                    + ": this repository is that of an application in fleet "
                    + commit.fleet()
                    + ", and may change only that"),
            object.title());
      }
    }
    return null;
  }

  /// Where an application comes from that is another repository's, or another folder's, to say.
  private @Nullable GitSource elsewhere(AdminObject object, Commit commit) {
    AdminObject.Application there =
        object instanceof AdminObject.Application it ? find(it.fleet(), it.name()) : null;
    GitSource source = there == null ? null : there.source().orElse(null);
    return source == null || source.isSamePlace(commit.source()) ? null : source;
  }

  /// Where it is, and where it would be. None: it is told later that there is no such place.
  private List<Name> fleetsOf(AdminObject object, Planned planned) {
    return switch (object) {
      case AdminObject.Fleet it -> List.of(it.name());
      case AdminObject.Site it -> {
        Kept<AdminObject.Site> there = state.sites.get(it.name());
        yield there == null ? List.of(it.fleet()) : List.of(there.content().fleet(), it.fleet());
      }
      case AdminObject.Slot it -> {
        Name fleet = planned.fleetOf(it.ref().site());
        yield fleet == null ? List.of() : List.of(fleet);
      }
      case AdminObject.Application it -> List.of(it.fleet());
      case AdminObject.Rollout it -> {
        var there = state.rollouts.named(it.name().text());
        yield there == null
            ? List.of(it.scope().fleet())
            : List.of(there.record().scope().fleet(), it.scope().fleet());
      }
    };
  }

  /// The objects of a commit are written.
  void taken(AdminCommand.Apply command, Principal who, StepDraft draft) {
    Commit commit = command.commit().orElse(null);
    if (commit == null || command.dryRun()) {
      return;
    }
    GitState before = state.git(commit.fleet(), commit.application());
    GitState.Taken old = before.applied();
    boolean isKnown =
        old != null
            && old.commit().equals(commit.id())
            && before.fault() == null
            && !before.isPending();
    if (isKnown) {
      return;
    }
    GitState.Taken now =
        new GitState.Taken(
            commit.id(), commit.about(), draft.nowMillis, commit.by(), version(command, commit));
    draft.change(new HubChange.GitPut(commit.fleet(), commit.application(), before.with(now)));
    draft.audit(
        who,
        "gitops-apply",
        "application " + commit.fleet() + "/" + commit.application(),
        old == null ? "" : AuditJson.of("commit", old.commit()),
        AuditJson.of(Map.of("commit", commit.id(), "approvedBy", commit.by())));
  }

  private String version(AdminCommand.Apply command, Commit commit) {
    AdminObject.Application there = find(commit.fleet(), commit.application());
    for (AdminObject object : command.objects()) {
      if (object instanceof AdminObject.Application it
          && it.fleet().equals(commit.fleet())
          && it.name().equals(commit.application())) {
        there = it;
      }
    }
    return Optional.ofNullable(there)
        .flatMap(AdminObject.Application::release)
        .map(ReleaseRef::version)
        .orElse("");
  }

  AdminAnswer note(AdminCommand.NoteGit command, StepDraft draft) {
    AdminObject.Application from = find(command.fleet(), command.application());
    GitSource source = from == null ? null : from.source().orElse(null);
    if (source == null || !source.isSamePlace(command.source())) {
      return new AdminAnswer.Done(List.of());
    }
    GitState before = state.git(command.fleet(), command.application());
    GitState after =
        switch (command.note()) {
          case GitNote.Waits it -> waits(before, it, draft.nowMillis);
          case GitNote.Well it -> well(before, it);
          case GitNote.Wrong it ->
              wrong(
                  before,
                  it.about(),
                  new GitState.Fault(
                      it.commit(), it.what(), it.file(), it.line(), draft.nowMillis));
          case GitNote.Held it ->
              wrong(
                  before,
                  it.about(),
                  new GitState.Fault(it.commit(), it.what(), "", 0, draft.nowMillis, it.rollout()));
        };
    if (!after.equals(before)) {
      draft.change(new HubChange.GitPut(command.fleet(), command.application(), after));
    }
    return new AdminAnswer.Done(List.of());
  }

  private static GitState waits(GitState before, GitNote.Waits note, long nowMillis) {
    GitState.Fetched fetched = before.fetched();
    boolean isKnown =
        before.fault() == null && fetched != null && fetched.commit().equals(note.commit());
    return isKnown
        ? before
        : before.with(new GitState.Fetched(note.commit(), note.about(), nowMillis));
  }

  private static GitState well(GitState before, GitNote.Well note) {
    GitState.Taken applied = before.applied();
    boolean isKnown = before.fault() == null && !before.isPending();
    return isKnown || applied == null || !applied.commit().equals(note.commit())
        ? before
        : before.with(new GitState.Fetched(applied.commit(), applied.about(), applied.millis()));
  }

  private static GitState wrong(GitState before, String about, GitState.Fault fault) {
    GitState.Fault old = before.fault();
    if (old != null && old.isAbout(fault)) {
      return before;
    }
    GitState.Fetched fetched = before.fetched();
    boolean isNew =
        !fault.commit().isEmpty() && (fetched == null || !fetched.commit().equals(fault.commit()));
    return (isNew
            ? before.with(new GitState.Fetched(fault.commit(), about, fault.millis()))
            : before)
        .with(fault);
  }
}
