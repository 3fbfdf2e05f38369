package dev.tombolo.agent.release;

import dev.tombolo.agent.release.ReleaseState.Absent;
import dev.tombolo.agent.release.ReleaseState.Fetching;
import dev.tombolo.agent.release.ReleaseState.Live;
import dev.tombolo.agent.release.ReleaseState.Probing;
import dev.tombolo.agent.release.ReleaseState.Removing;
import dev.tombolo.agent.release.ReleaseState.Restoring;
import dev.tombolo.agent.release.ReleaseState.RolledBack;
import dev.tombolo.agent.release.ReleaseState.Staged;
import dev.tombolo.agent.release.ReleaseState.Staging;
import dev.tombolo.agent.release.ReleaseState.Switching;
import dev.tombolo.agent.release.ReleaseState.SwitchingBack;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The moves of [ReleaseState]. News that does not fit the state (a repeat, or news of something
/// given up since) leaves it as it is.
public final class ReleaseMachine {
  /// Who takes agent or machine down so often in a row, right after its start, is not for here.
  static final int RESTARTS_MAX = 5;

  private ReleaseMachine() {}

  /// The desired document selects `wanted` (checked already), or nothing. A switch under way is
  /// finished and judged first.
  public static ReleaseState want(ReleaseState state, Optional<Assignment> wanted) {
    return switch (state) {
      case Absent absent ->
          wanted.isEmpty() ? absent : new Fetching(wanted.get(), Optional.empty());
      case Fetching at ->
          wanted.isPresent() && at.wanted().equals(wanted.get())
              ? at
              : fromLive(at.live(), at.wanted(), wanted);
      case Staging at ->
          wanted.isPresent() && at.wanted().equals(wanted.get())
              ? at
              : fromLive(at.live(), at.wanted(), wanted);
      case Staged at ->
          wanted.isPresent() && at.wanted().equals(wanted.get())
              ? at
              : fromLive(at.live(), at.wanted(), wanted);
      case Switching _, Probing _, SwitchingBack _ -> state;
      case Restoring at -> {
        boolean other =
            wanted.isEmpty()
                || !(wanted.get().equals(at.failed()) || wanted.get().equals(at.previous()));
        yield other ? fromLive(Optional.of(at.previous()), at.failed(), wanted) : at;
      }
      case Live at ->
          wanted.isPresent() && at.live().equals(wanted.get())
              ? at
              : fromLive(Optional.of(at.live()), at.live(), wanted);
      case RolledBack at ->
          wanted.isPresent() && at.failed().equals(wanted.get()) ? at : insteadOfFailed(at, wanted);
      case Removing at ->
          wanted.isEmpty()
              ? at
              : baseless(wanted.get(), at.last().version() + " was being removed from this device");
    };
  }

  /// The way back is blocked, and something else is wanted by now: that, or nothing, comes next.
  public static ReleaseState wantInstead(ReleaseState state, Optional<Assignment> wanted) {
    if (!(state instanceof SwitchingBack at)
        || wanted.equals(Optional.of(at.failed()))
        || wanted.equals(Optional.of(at.previous()))) {
      return state;
    }
    return wanted.isEmpty()
        ? new Removing(at.failed())
        : baseless(wanted.get(), at.previous().version() + " is not whole on this device any more");
  }

  /// Without a live release nothing builds on the one that failed.
  private static ReleaseState insteadOfFailed(RolledBack at, Optional<Assignment> wanted) {
    return at.live().isEmpty() && wanted.isPresent()
        ? baseless(wanted.get(), at.failed().version() + " failed here, and nothing else is live")
        : fromLive(at.live(), at.failed(), wanted);
  }

  /// All of it comes, though something of it has been here before.
  private static ReleaseState baseless(Assignment wanted, String why) {
    Route route = new Route.Asking(false, Optional.of(new Reason.BundleMissing(why)));
    return new Fetching(wanted, Optional.empty(), route);
  }

  private static ReleaseState fromLive(
      Optional<Assignment> live, Assignment last, Optional<Assignment> wanted) {
    if (wanted.isEmpty()) {
      return new Removing(live.orElse(last));
    }
    if (live.equals(wanted)) {
      return new Live(wanted.get(), Optional.empty());
    }
    return new Fetching(wanted.get(), live);
  }

  /// What is wanted was refused: what runs goes on, what was on its way is given up.
  public static ReleaseState hold(ReleaseState state) {
    return switch (state) {
      case Fetching at -> settled(at.live());
      case Staging at -> settled(at.live());
      case Staged at -> settled(at.live());
      case Absent _,
          Switching _,
          Probing _,
          Live _,
          SwitchingBack _,
          Restoring _,
          RolledBack _,
          Removing _ ->
          state;
    };
  }

  private static ReleaseState settled(Optional<Assignment> live) {
    return live.isPresent() ? new Live(live.get(), Optional.empty()) : new Absent();
  }

  /// The files come in another way.
  public static ReleaseState rerouted(ReleaseState state, Route route) {
    return state instanceof Fetching at ? new Fetching(at.wanted(), at.live(), route) : state;
  }

  /// Every file of the wanted release is in the store.
  public static ReleaseState fetched(ReleaseState state) {
    return state instanceof Fetching at ? new Staging(at.wanted(), at.live()) : state;
  }

  public static ReleaseState staged(ReleaseState state, Digest release) {
    return state instanceof Staging at && at.wanted().release().equals(release)
        ? new Staged(at.wanted(), at.live())
        : state;
  }

  /// The folder could not be built: the files are looked at again.
  public static ReleaseState stageFailed(ReleaseState state, Digest release) {
    return state instanceof Staging at && at.wanted().release().equals(release)
        ? new Fetching(at.wanted(), at.live())
        : state;
  }

  /// What is live is not whole on the disk any more: it runs on, and comes once more.
  public static ReleaseState spoiled(ReleaseState state, Digest release, Reason why) {
    return state instanceof Live at && at.live().release().equals(release)
        ? new Fetching(at.live(), Optional.of(at.live()), new Route.Asking(false, Optional.of(why)))
        : state;
  }

  /// The link could not be renamed: the release is looked at again from its files on.
  public static ReleaseState switchFailed(ReleaseState state) {
    return state instanceof Switching at ? new Fetching(at.wanted(), at.live()) : state;
  }

  /// The folder of what is live has its own files again.
  public static ReleaseState putBack(ReleaseState state) {
    return switch (state) {
      case Staging at when buildsOverLive(at) -> new Fetching(at.wanted(), at.live());
      case Staged at when buildsOverLive(at) -> new Fetching(at.wanted(), at.live());
      case Absent _,
          Fetching _,
          Staging _,
          Staged _,
          Switching _,
          Probing _,
          Live _,
          SwitchingBack _,
          Restoring _,
          RolledBack _,
          Removing _ ->
          state;
    };
  }

  /// True where the folder of what is live may hold the files of another variant of its release.
  public static boolean buildsOverLive(ReleaseState state) {
    return switch (state) {
      case Staging at -> at.live().filter(at.wanted()::sharesFolder).isPresent();
      case Staged at -> at.live().filter(at.wanted()::sharesFolder).isPresent();
      case Switching at -> at.live().filter(at.wanted()::sharesFolder).isPresent();
      case Absent _,
          Fetching _,
          Probing _,
          Live _,
          SwitchingBack _,
          Restoring _,
          RolledBack _,
          Removing _ ->
          false;
    };
  }

  /// The agent or the machine went down and is up again.
  public static ReleaseState resumed(ReleaseState state) {
    if (!(state instanceof Probing at)) {
      return state;
    }
    int restarts = at.restarts() + 1;
    if (restarts < RESTARTS_MAX) {
      return new Probing(at.wanted(), at.previous(), restarts);
    }
    String detail = "agent or machine went down " + restarts + " times before it was proven";
    return failed(state, new Reason.ProbeFailed("probation", detail));
  }

  /// It has run for so long that what takes the agent down is not its start.
  public static ReleaseState steady(ReleaseState state) {
    return state instanceof Probing at && at.restarts() > 0
        ? new Probing(at.wanted(), at.previous(), 0)
        : state;
  }

  /// Nothing speaks against switching now.
  public static ReleaseState mayGo(ReleaseState state) {
    return state instanceof Staged at ? new Switching(at.wanted(), at.live()) : state;
  }

  public static ReleaseState switched(ReleaseState state, Digest release) {
    return switch (state) {
      case Switching at when at.wanted().release().equals(release) ->
          new Probing(at.wanted(), at.live(), 0);
      case SwitchingBack at when at.previous().release().equals(release) ->
          new Restoring(at.failed(), at.previous(), at.cause());
      case Absent _,
          Fetching _,
          Staging _,
          Staged _,
          Switching _,
          Probing _,
          Live _,
          SwitchingBack _,
          Restoring _,
          RolledBack _,
          Removing _ ->
          state;
    };
  }

  /// The probes passed for as long as they have to.
  public static ReleaseState passed(ReleaseState state) {
    return switch (state) {
      case Probing at -> new Live(at.wanted(), at.previous());
      case Restoring at -> new RolledBack(at.failed(), Optional.of(at.previous()), at.cause());
      case Absent _,
          Fetching _,
          Staging _,
          Staged _,
          Switching _,
          Live _,
          SwitchingBack _,
          RolledBack _,
          Removing _ ->
          state;
    };
  }

  /// True for the move with which a release has proven itself.
  public static boolean isProof(ReleaseState before, ReleaseState after) {
    return before instanceof Probing && passed(before).equals(after);
  }

  /// The new release did not prove itself. What was to be restored has nothing to fall back on: it
  /// goes on being started; so does what was live already, and had only been repaired.
  public static ReleaseState failed(ReleaseState state, Reason cause) {
    if (state instanceof Restoring at) {
      return new RolledBack(at.failed(), Optional.of(at.previous()), at.cause());
    }
    if (!(state instanceof Probing at)) {
      return state;
    }
    if (at.previous().equals(Optional.of(at.wanted()))) {
      return new Live(at.wanted(), Optional.empty());
    }
    return at.previous().isPresent()
        ? new SwitchingBack(at.wanted(), at.previous().get(), cause)
        : new RolledBack(at.wanted(), Optional.empty(), cause);
  }

  /// The workload of something removed is gone.
  public static ReleaseState stopped(ReleaseState state) {
    return state instanceof Removing ? new Absent() : state;
  }

  /// With each assignment in it changed.
  public static ReleaseState with(ReleaseState state, UnaryOperator<Assignment> change) {
    return switch (state) {
      case Absent _ -> state;
      case Fetching(var wanted, var live, var route) ->
          new Fetching(change.apply(wanted), live.map(change), route);
      case Staging(var wanted, var live) -> new Staging(change.apply(wanted), live.map(change));
      case Staged(var wanted, var live) -> new Staged(change.apply(wanted), live.map(change));
      case Switching(var wanted, var live) -> new Switching(change.apply(wanted), live.map(change));
      case Probing(var wanted, var previous, var restarts) ->
          new Probing(change.apply(wanted), previous.map(change), restarts);
      case Live(var live, var previous) -> new Live(change.apply(live), previous.map(change));
      case SwitchingBack(var failed, var previous, var cause) ->
          new SwitchingBack(change.apply(failed), change.apply(previous), cause);
      case Restoring(var failed, var previous, var cause) ->
          new Restoring(change.apply(failed), change.apply(previous), cause);
      case RolledBack(var failed, var live, var cause) ->
          new RolledBack(change.apply(failed), live.map(change), cause);
      case Removing(var last) -> new Removing(change.apply(last));
    };
  }

  /// What should run in this state.
  public static Optional<Assignment> running(ReleaseState state) {
    return switch (state) {
      case Absent _ -> Optional.empty();
      case Fetching at -> at.live();
      case Staging at -> at.live();
      case Staged at -> at.live();
      case Switching at -> at.live();
      case Probing at -> Optional.of(at.wanted());
      case Live at -> Optional.of(at.live());
      case SwitchingBack _ -> Optional.empty();
      case Restoring at -> Optional.of(at.previous());
      case RolledBack at -> at.live();
      case Removing _ -> Optional.empty();
    };
  }

  /// What has passed its probes and runs.
  public static Optional<Assignment> live(ReleaseState state) {
    return switch (state) {
      case Probing _, Restoring _ -> Optional.empty();
      case Absent _,
          Fetching _,
          Staging _,
          Staged _,
          Switching _,
          Live _,
          SwitchingBack _,
          RolledBack _,
          Removing _ ->
          running(state);
    };
  }

  /// What is kept to fall back on.
  public static Optional<Assignment> previous(ReleaseState state) {
    return switch (state) {
      case Probing at -> at.previous();
      case Live at -> at.previous();
      case SwitchingBack at -> Optional.of(at.previous());
      case Restoring at -> Optional.of(at.previous());
      case Absent _, Fetching _, Staging _, Staged _, Switching _, RolledBack _, Removing _ ->
          Optional.empty();
    };
  }

  /// Everything whose files must stay.
  public static Set<Assignment> needed(ReleaseState state) {
    Set<Assignment> needed = new LinkedHashSet<>();
    running(state).ifPresent(needed::add);
    previous(state).ifPresent(needed::add);
    switch (state) {
      case Fetching at -> needed.add(at.wanted());
      case Staging at -> needed.add(at.wanted());
      case Staged at -> needed.add(at.wanted());
      case Switching at -> needed.add(at.wanted());
      case Absent _, Probing _, Live _, SwitchingBack _, Restoring _, RolledBack _, Removing _ -> {}
    }
    return needed;
  }

  /// Every release whose folder must stay.
  public static Set<Digest> kept(ReleaseState state) {
    Set<Digest> kept = new LinkedHashSet<>();
    needed(state).forEach(it -> kept.add(it.release()));
    switch (state) {
      case Removing at -> kept.add(at.last().release());
      case SwitchingBack at -> kept.add(at.failed().release());
      case Absent _,
          Fetching _,
          Staging _,
          Staged _,
          Switching _,
          Probing _,
          Live _,
          Restoring _,
          RolledBack _ -> {}
    }
    return kept;
  }
}
