package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;

/// What a rollout selects for one device.
public sealed interface Choice {
  /// Nothing.
  Choice NONE = new None();

  /// Nothing: what is below counts.
  record None() implements Choice {}

  /// The release, to be fetched, and switched to only by a permit.
  ///
  /// @param grantedMillis when the permit begins; 0: there is none yet
  record Gated(
      RolloutId rollout,
      int wave,
      Digest release,
      String version,
      long grantedMillis,
      long notAfterMillis)
      implements Choice {
    public boolean hasPermit() {
      return grantedMillis > 0;
    }
  }

  /// A release without a gate: the rollout's own, or what the device had before.
  record Free(Digest release, String version) implements Choice {}

  /// @param granted when its last permit began; 0: it had none, or has said since what it has
  /// @param prior number of what it had before; -1: not known
  /// @param isAway a newer rollout has it, or this one is not about it any more
  /// @param isSuspect since a restore: it may have gone back, and the database lost that
  static Choice of(
      RolloutRecord record,
      Phase phase,
      int wave,
      long granted,
      int prior,
      boolean isAway,
      boolean isSuspect) {
    boolean hasIt = phase == Phase.SUCCEEDED || phase == Phase.SWITCHED;
    Choice free = new Free(record.digest(), record.release().version());
    // What it had by the backup it may have used, and another one got a permit since.
    long permit = isSuspect ? 0 : Math.max(0, granted);
    // Who has it live keeps it behind a gate, too; who has gone back does not switch anew, and who
    // may have switched in the dark is not sent back before it has said what it has. Who proves it
    // keeps its gate until it has told how that ended: without one it would try again what failed.
    Choice kept =
        phase.maySwitchUnheard() && granted > 0
            ? gated(record, wave, 0)
            : phase == Phase.SWITCHED ? gated(record, wave, permit) : hasIt ? free : NONE;
    if (record.state().isVoid()) {
      return NONE;
    }
    if (isAway && !(record.state() instanceof RolloutState.RolledBack)) {
      // Until a newer one reaches it, it keeps what it has.
      return kept;
    }
    return switch (record.state()) {
      case RolloutState.Planning _ -> NONE;
      case RolloutState.Rolling _, RolloutState.Paused _, RolloutState.Completed _ -> {
        if (phase == Phase.SUCCEEDED) {
          yield free;
        }
        if (wave > record.state().openThrough()) {
          yield NONE;
        }
        yield switch (phase) {
          case WAITING, READY, LOST -> gated(record, wave, 0);
          case PERMITTED, SWITCHED -> gated(record, wave, permit);
          case FAILED, RETRYING, BACK -> NONE;
          case SUCCEEDED -> free;
        };
      }
      case RolloutState.Aborted _, RolloutState.Expired _ -> kept;
      case RolloutState.RolledBack _ -> {
        boolean wasMoved = hasIt || phase == Phase.PERMITTED || phase == Phase.BACK;
        if (!wasMoved || prior < 0) {
          yield NONE;
        }
        Prior before = record.priors().get(prior);
        yield new Free(before.release(), before.version());
      }
    };
  }

  private static Choice gated(RolloutRecord record, int wave, long granted) {
    return new Gated(
        record.id(),
        wave,
        record.digest(),
        record.release().version(),
        granted,
        granted + record.plan().permitMillis());
  }
}
