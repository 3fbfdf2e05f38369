package dev.tombolo.hub.http;

import dev.tombolo.hub.core.GitRepositories.Looked;
import dev.tombolo.hub.core.admin.GitState;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.GitCommitRow;
import dev.tombolo.hub.http.api.GitDeviceRow;
import dev.tombolo.hub.http.api.GitFaultRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Applications that come out of Git, as the API shows them.
final class GitRows {
  private static final int SHORT = 8;

  private GitRows() {}

  static GitRow of(Views.GitView view, Looked looked) {
    GitState state = view.state();
    GitState.Fetched fetched = state.fetched();
    GitState.Taken applied = state.applied();
    GitState.Fault fault = state.fault();
    return new GitRow(
        view.fleet().text(),
        view.application().text(),
        view.source().url(),
        view.source().branch(),
        view.source().path(),
        view.source().intervalMillis(),
        word(state),
        words(view, state),
        fetched == null
            ? null
            : new GitCommitRow(fetched.commit(), fetched.about(), fetched.millis(), ""),
        applied == null
            ? null
            : new GitCommitRow(applied.commit(), applied.about(), applied.millis(), applied.by()),
        fault == null || fault.isWait()
            ? null
            : new GitFaultRow(
                fault.commit(), fault.what(), fault.file(), fault.line(), fault.millis()),
        looked.lastMillis(),
        looked.nextMillis());
  }

  /// A device that has all of the newest commit runs that. Of another one the document that it has
  /// carried out tells which commit counted when that was made. Where that is not known either, it
  /// runs no later commit than the last one with its release.
  static GitDeviceRow of(Views.RunningView device, GitState state) {
    GitState.Taken applied = state.applied();
    if (isOverridden(device, applied)) {
      return row(device, null, true, "overridden");
    }
    if (device.isCurrent()) {
      return row(device, applied, true, "current");
    }
    String word = device.hasFailed() ? "failed" : "waiting";
    List<GitState.Taken> newestFirst = new ArrayList<>(state.past());
    if (applied != null) {
      newestFirst.addFirst(applied);
    }
    for (GitState.Taken each : newestFirst) {
      boolean isOfItsDocument =
          device.toldMillis() >= each.millis() && each.version().equals(device.version());
      if (isOfItsDocument) {
        return row(device, each, true, word);
      }
      if (device.toldMillis() >= each.millis()) {
        // Its release is not that commit's: by hand, or by a rollout.
        break;
      }
    }
    List<GitState.Taken> likely =
        newestFirst.stream().filter(it -> it.version().equals(device.version())).toList();
    boolean isAnyForgotten = state.past().size() == GitState.PAST_MAX;
    return likely.isEmpty()
        ? row(device, null, true, word)
        : row(device, likely.getFirst(), likely.size() == 1 && !isAnyForgotten, word);
  }

  private static GitDeviceRow row(
      Views.RunningView device, GitState.@Nullable Taken commit, boolean isExact, String word) {
    return new GitDeviceRow(
        device.slot().toString(),
        device.isOnline(),
        commit == null ? null : commit.commit(),
        isExact,
        device.version(),
        word);
  }

  /// It has all that is wanted, and another release than the commit's is: assigned, or rolled out.
  private static boolean isOverridden(Views.RunningView device, GitState.@Nullable Taken applied) {
    return device.isCurrent()
        && applied != null
        && !applied.version().isEmpty()
        && !applied.version().equals(device.version());
  }

  /// What has not come out of Git yet, and may be what somebody misses on a device.
  static List<Reason> causes(List<Views.GitView> gits) {
    return gits.stream().flatMap(git -> cause(git, git.state()).stream()).toList();
  }

  private static Optional<Reason> cause(Views.GitView git, GitState state) {
    String application = git.application().text();
    GitState.Fault fault = state.fault();
    GitState.Fetched fetched = state.fetched();
    GitState.Taken applied = state.applied();
    String counts = applied == null ? "" : shortly(applied.commit());
    if (fault == null) {
      return fetched != null && state.isPending()
          ? Optional.of(
              new Reason.GitopsPending(git.fleet().text(), application, shortly(fetched.commit())))
          : Optional.empty();
    }
    String commit = shortly(fault.commit());
    return Optional.of(
        fault.isWait()
            ? new Reason.GitopsWaits(application, commit, fault.words(), counts)
            : commit.isEmpty()
                ? new Reason.GitopsUnreachable(application, fault.words(), counts)
                : new Reason.GitopsBroken(application, commit, fault.words(), counts));
  }

  private static String word(GitState state) {
    GitState.Fault fault = state.fault();
    if (fault != null) {
      return fault.isWait() ? "waits" : fault.commit().isEmpty() ? "unreachable" : "broken";
    }
    return state.isPending() ? "pending" : state.applied() == null ? "new" : "applied";
  }

  static String words(Views.GitView view, GitState state) {
    GitState.Fault fault = state.fault();
    GitState.Fetched fetched = state.fetched();
    GitState.Taken applied = state.applied();
    String counts =
        applied == null ? "nothing of it counts yet" : shortly(applied.commit()) + " counts";
    if (fault != null) {
      return (fault.commit().isEmpty()
              ? ""
              : "commit " + shortly(fault.commit()) + (fault.isWait() ? " " : ": "))
          + fault.words()
          + "; "
          + counts;
    }
    if (fetched != null && state.isPending()) {
      return "commit "
          + shortly(fetched.commit())
          + " waits for approval: tombolo gitops diff "
          + view.fleet()
          + "/"
          + view.application();
    }
    return applied == null
        ? "not fetched yet"
        : "commit " + shortly(applied.commit()) + " counts: " + applied.about();
  }

  private static String shortly(String commit) {
    return commit.substring(0, Math.min(SHORT, commit.length()));
  }
}
