package dev.tombolo.agent.release;

import dev.tombolo.protocol.message.ApplicationStatus.Phase;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// Where one application's release stands. Each state is persisted before it is acted on, and what
/// is done on entering it can be done again after a crash.
///
/// ```
///                        .------------------------------------------------.
///                        v                                                |
///   Absent ---------> Fetching --> Staging --> Staged --> Switching --> Probing --> Live
///     ^                  ^                                                |          | |
///     |                  |                                         probes |          | |
///     |                  `----------------- RolledBack <-- Restoring <----'          | |
///     |                                         |            fail                    | |
///     `--- Removing <---------------------------+------------------------------------' |
///                        Fetching <----------------------------------------------------'
/// ```
///
/// What is live and was repaired goes the same way, and is live again also when its probes fail:
/// there is nothing to go back to. Whoever cannot be restored is `RolledBack` all the same: what it
/// fell back on is started again and again, and says by its probes how it does. A new wish is heard
/// in every state but for the moment of a switch and the probation after it.
///
/// `live` is what ran healthily before and goes on running until the switch; `previous` is what is
/// kept to fall back on.
public sealed interface ReleaseState {

  Phase phase();

  /// Nothing is here.
  record Absent() implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.ABSENT;
    }
  }

  /// The wanted release's files come in.
  record Fetching(Assignment wanted, Optional<Assignment> live, Route route)
      implements ReleaseState {

    public Fetching(Assignment wanted, Optional<Assignment> live) {
      this(wanted, live, Route.begin(wanted, live));
    }

    @Override
    public Phase phase() {
      return Phase.FETCHING;
    }
  }

  /// All files are in the store; the release's folder is being built from them.
  record Staging(Assignment wanted, Optional<Assignment> live) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.FETCHING;
    }
  }

  /// The release's folder stands complete and checked.
  record Staged(Assignment wanted, Optional<Assignment> live) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.STAGED;
    }
  }

  /// The `current` link is being renamed.
  record Switching(Assignment wanted, Optional<Assignment> live) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.SWITCHING;
    }
  }

  /// The new release runs and has to pass its probes for its soak time.
  ///
  /// @param restarts how often in a row agent or machine went down before that
  record Probing(Assignment wanted, Optional<Assignment> previous, int restarts)
      implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.PROBING;
    }
  }

  /// Proven. The previous release stays on the disk for a quick way back.
  record Live(Assignment live, Optional<Assignment> previous) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.LIVE;
    }
  }

  /// The new release failed; the link is being renamed back.
  record SwitchingBack(Assignment failed, Assignment previous, Reason cause)
      implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.SWITCHING;
    }
  }

  /// The previous release runs again and has to pass its probes once.
  record Restoring(Assignment failed, Assignment previous, Reason cause) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.PROBING;
    }
  }

  /// The release that failed is not tried again until something else is wanted.
  ///
  /// @param live what runs instead; empty when there was nothing before
  record RolledBack(Assignment failed, Optional<Assignment> live, Reason cause)
      implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.ROLLED_BACK;
    }
  }

  /// No longer wanted; its workload is being stopped.
  record Removing(Assignment last) implements ReleaseState {
    @Override
    public Phase phase() {
      return Phase.ABSENT;
    }
  }
}
