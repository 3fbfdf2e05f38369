package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a device's report means for a rollout: where the device stands now.
final class Reports {
  private static final Reason NO_CAUSE = new Reason.Unknown("the device named no cause");

  private Reports() {}

  /// @return where the device stands from now on, when it stands somewhere else
  static Optional<RolloutChange.Moved> heard(Rollout rollout, int member, Said said) {
    Phase before = rollout.phase(member);
    boolean isOther = isOther(rollout, member, said);
    if (isOther && rollout.isOut(member)) {
      return before == Phase.LOST ? Optional.empty() : Optional.of(lost(rollout, member));
    }
    Phase from = isOther ? begins(rollout, before) : before;
    ApplicationStatus status = said.status();
    Digest target = rollout.record().digest();
    Move next =
        status == null
            ? other(rollout, member, from, said)
            : target.equals(status.wanted())
                ? wanting(rollout, member, from, status, said)
                : isUsing(rollout, member, status) && !from.isDecided()
                    ? using(from)
                    : other(rollout, member, from, said);
    boolean isHeard = isOther || isHeard(rollout, member, next, said);
    boolean isSame = next.phase == before && !next.isNews && !isHeard;
    return isSame ? Optional.empty() : Optional.of(moved(rollout, member, next, said, isHeard));
  }

  /// Whether a device whose permit is over says by a document without one that it has not switched.
  private static boolean isHeard(Rollout rollout, int member, Move next, Said said) {
    return rollout.isUnheard(member)
        && (next.phase == Phase.WAITING || next.phase == Phase.READY)
        && said.isCurrent().getAsBoolean();
  }

  /// Where other hardware stands first. In a rollout that gives no permits any more it has what its
  /// slot has: what had succeeded there stays selected.
  private static Phase begins(Rollout rollout, Phase before) {
    boolean isOver =
        rollout.state() instanceof RolloutState.Aborted
            || rollout.state() instanceof RolloutState.Expired;
    return isOver && before == Phase.SUCCEEDED ? Phase.SUCCEEDED : Phase.WAITING;
  }

  /// Whether other hardware may have got a permit: who held the slot is known, or, where the
  /// database lost it, could be somebody before this one.
  private static boolean isOther(Rollout rollout, int member, Said said) {
    return rollout.holder(member) == 0
        ? rollout.isSuspect(member) && said.enrolledMillis() >= rollout.record().createdMillis()
        : said.holder() != rollout.holder(member);
  }

  /// The permit is in the hands of hardware that may be alive in the dark.
  private static RolloutChange.Moved lost(Rollout rollout, int member) {
    long granted = rollout.isSuspect(member) ? latestLost(rollout) : rollout.granted(member);
    return new RolloutChange.Moved(
        rollout.id(),
        member,
        rollout.wave(member),
        Phase.LOST,
        granted,
        rollout.prior(member),
        rollout.holder(member),
        rollout.record().life(),
        null,
        rollout.isOutside(member));
  }

  /// When the last permit can have been given that a restored database lost.
  private static long latestLost(Rollout rollout) {
    return rollout.record().suspectUntilMillis()
        - Rollout.PERMIT_MARGIN_MILLIS
        - rollout.record().plan().permitMillis();
  }

  /// @param isNews write it down though the phase is the same
  private record Move(Phase phase, boolean isNews, boolean isBack, @Nullable Reason reason) {
    static Move to(Phase phase) {
      return new Move(phase, false, false, null);
    }

    static Move news(Phase phase) {
      return new Move(phase, true, false, null);
    }
  }

  private static Move wanting(
      Rollout rollout, int member, Phase from, ApplicationStatus status, Said said) {
    boolean isLive =
        status.phase() == ApplicationStatus.Phase.LIVE
            && rollout.record().digest().equals(status.live());
    if (isLive) {
      return Move.to(Phase.SUCCEEDED);
    }
    if (from == Phase.RETRYING || rollout.state() instanceof RolloutState.RolledBack) {
      // It speaks of the time before.
      return Move.to(from);
    }
    return switch (status.phase()) {
      case ROLLED_BACK -> failed(rollout, member, from, status);
      case SWITCHING, PROBING ->
          from.isDecided() || !isUsing(rollout, member, status) ? Move.to(from) : using(from);
      case STAGED -> staged(rollout, member, from, said);
      case FETCHING, ABSENT -> fetching(rollout, member, from, status, said);
      case LIVE -> Move.to(from);
    };
  }

  /// It wants something else by now, or still does what it wanted before: what counts is the
  /// permit.
  private static Move using(Phase from) {
    return Move.to(from == Phase.LOST || from == Phase.RETRYING ? from : Phase.SWITCHED);
  }

  /// Whether it is switching, or going back, by a permit of this rollout. A device may still be at
  /// the release before when it hears that it is to have this one, and the other way round. A
  /// rollout of that number that a restore lost was begun before this one; the permit that this one
  /// gave last is its own whatever the clock said when it was begun.
  private static boolean isUsing(Rollout rollout, int member, ApplicationStatus status) {
    RolloutRecord record = rollout.record();
    boolean isAtIt =
        status.phase() == ApplicationStatus.Phase.SWITCHING
            || status.phase() == ApplicationStatus.Phase.PROBING;
    Permit used = status.permit();
    return isAtIt
        && used != null
        && used.rollout().text().equals(record.id().toString())
        && (used.notBeforeMillis() >= record.createdMillis()
            || used.notBeforeMillis() == rollout.granted(member));
  }

  private static Move failed(Rollout rollout, int member, Phase from, ApplicationStatus status) {
    if (from == Phase.FAILED) {
      return Move.to(from);
    }
    Reason why = status.reasons().isEmpty() ? NO_CAUSE : status.reasons().getFirst();
    return new Move(Phase.FAILED, true, false, why);
  }

  private static Move staged(Rollout rollout, int member, Phase from, Said said) {
    boolean isCleared = rollout.isSuspect(member) && said.isCurrent().getAsBoolean();
    return switch (from) {
      // Also while a permit is suspected: then it waits, ready, for that to be over.
      case WAITING, READY ->
          !rollout.isOpen(member)
              ? Move.to(from)
              : said.lacks()
                  ? (isCleared ? Move.news(Phase.WAITING) : Move.to(Phase.WAITING))
                  : isCleared ? Move.news(Phase.READY) : Move.to(Phase.READY);
      case PERMITTED, SWITCHED -> {
        if (isCleared) {
          // The permit that the backup had is not given once more: another device may have got one
          // since.
          yield Move.news(isWithdrawn(rollout, member) ? Phase.WAITING : Phase.READY);
        }
        // Who had switched and has it staged anew wanted something else in between, and may use
        // the same permit again.
        yield Move.to(isReleased(rollout, member, from, said) ? Phase.WAITING : Phase.PERMITTED);
      }
      case SUCCEEDED, FAILED, RETRYING, BACK, LOST -> isCleared ? Move.news(from) : Move.to(from);
    };
  }

  private static Move fetching(
      Rollout rollout, int member, Phase from, ApplicationStatus status, Said said) {
    for (Reason reason : status.reasons()) {
      if (isFinal(reason) && !from.isDecided() && from != Phase.SWITCHED) {
        return new Move(Phase.FAILED, true, false, reason);
      }
    }
    if (rollout.isSuspect(member) && said.isCurrent().getAsBoolean()) {
      boolean hasLost = from == Phase.PERMITTED || from == Phase.SWITCHED || from == Phase.READY;
      return Move.news(hasLost ? Phase.WAITING : from);
    }
    if (from == Phase.PERMITTED || from == Phase.SWITCHED) {
      return Move.to(isReleased(rollout, member, from, said) ? Phase.WAITING : Phase.PERMITTED);
    }
    // What was staged can be lost: then it fetches again.
    return Move.to(from == Phase.READY ? Phase.WAITING : from);
  }

  /// It wants something else, or nothing.
  private static Move other(Rollout rollout, int member, Phase from, Said said) {
    if (hasSwitchedUnheard(rollout, member, from, said.status())) {
      return Move.to(Phase.SUCCEEDED);
    }
    if (rollout.isSuspect(member) && said.isCurrent().getAsBoolean()) {
      return Move.news(from == Phase.RETRYING || !from.isDecided() ? Phase.WAITING : from);
    }
    return switch (from) {
      case RETRYING -> rollout.isSuspect(member) ? Move.to(from) : Move.to(Phase.WAITING);
      case FAILED ->
          rollout.granted(member) == RolloutChange.Moved.GONE_BACK
              ? Move.to(from)
              : new Move(from, true, true, rollout.reason(member));
      case PERMITTED, SWITCHED, SUCCEEDED -> {
        if (rollout.state() instanceof RolloutState.RolledBack
            && !rollout.isSuperseded(member)
            && isAtRest(said.status())
            && said.isCurrent().getAsBoolean()) {
          yield Move.to(Phase.BACK);
        }
        if (from == Phase.SWITCHED
            && (isAtRest(said.status()) || hasGoneBack(rollout, said.status()))) {
          yield Move.to(said.isCurrent().getAsBoolean() ? Phase.WAITING : Phase.PERMITTED);
        }
        yield Move.to(isReleased(rollout, member, from, said) ? Phase.WAITING : from);
      }
      // Nobody wants of it what it has staged: it may be swept.
      case READY ->
          Move.to(
              isWithdrawn(rollout, member) && said.isCurrent().getAsBoolean()
                  ? Phase.WAITING
                  : from);
      case WAITING, BACK, LOST -> Move.to(from);
    };
  }

  /// Whether it runs the release by a permit that it used in the dark, though it wants something
  /// else by now.
  private static boolean hasSwitchedUnheard(
      Rollout rollout, int member, Phase from, @Nullable ApplicationStatus status) {
    return status != null
        && rollout.record().digest().equals(status.live())
        && rollout.isUnheard(member)
        && from.maySwitchUnheard()
        && !(rollout.state() instanceof RolloutState.RolledBack);
  }

  /// Whether it is on its way to something else, and has what it had before: it has not kept what
  /// it switched to.
  private static boolean hasGoneBack(Rollout rollout, @Nullable ApplicationStatus status) {
    return status != null
        && status.phase() != ApplicationStatus.Phase.SWITCHING
        && status.phase() != ApplicationStatus.Phase.PROBING
        && !rollout.record().digest().equals(status.live());
  }

  private static boolean isAtRest(@Nullable ApplicationStatus status) {
    return status == null || status.phase() == ApplicationStatus.Phase.LIVE;
  }

  /// Whether a document without the permit has reached it. That of a device which has switched
  /// keeps it, see [Choice]: it is taken back first.
  private static boolean isReleased(Rollout rollout, int member, Phase from, Said said) {
    return from == Phase.PERMITTED
        && isWithdrawn(rollout, member)
        && said.isCurrent().getAsBoolean();
  }

  private static boolean isWithdrawn(Rollout rollout, int member) {
    return rollout.state().isWithdrawn() || !rollout.isIts(member);
  }

  /// @param isHeard no permit that it had can have been used unheard
  private static RolloutChange.Moved moved(
      Rollout rollout, int member, Move next, Said said, boolean isHeard) {
    return new RolloutChange.Moved(
        rollout.id(),
        member,
        rollout.wave(member),
        next.phase,
        isHeard && next.phase.maySwitchUnheard() ? 0 : granted(rollout, member, next),
        rollout.prior(member),
        said.holder(),
        staysSuspect(rollout, member, next, said)
            ? rollout.record().life() - 1
            : rollout.record().life(),
        next.reason,
        rollout.isOutside(member));
  }

  /// Since a restore, what a device says by an older document may be older than a permit that it
  /// got since the backup.
  private static boolean staysSuspect(Rollout rollout, int member, Move next, Said said) {
    return rollout.isSuspect(member)
        && switch (next.phase) {
          case SUCCEEDED, BACK -> false;
          case SWITCHED -> true;
          case WAITING, READY, PERMITTED, FAILED, RETRYING, LOST ->
              !said.isCurrent().getAsBoolean();
        };
  }

  /// The permit by which a device has switched may be one that the database lost.
  private static long granted(Rollout rollout, int member, Move next) {
    if (next.isBack) {
      return RolloutChange.Moved.GONE_BACK;
    }
    return next.phase == Phase.SWITCHED && rollout.isSuspect(member)
        ? Math.max(rollout.granted(member), latestLost(rollout))
        : rollout.granted(member);
  }

  /// Reasons that do not go away by waiting.
  private static boolean isFinal(Reason reason) {
    return reason instanceof Reason.RejectedHere
        || reason instanceof Reason.NoVariant
        || reason instanceof Reason.FleetMismatch
        || reason instanceof Reason.SignatureRefused
        || reason instanceof Reason.BelowSecurityFloor
        || reason instanceof Reason.ParameterInvalid
        || reason instanceof Reason.ReleaseInvalid
        || reason instanceof Reason.PathRefused
        || reason instanceof Reason.FeatureMissing;
  }
}
