package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One device in one rollout, as whoever asks for it sees it.
///
/// @param supersededBy the newer rollout that has the device now
/// @param isOutside the rollout is not about it any more
/// @param isOut counts against the budgets
/// @param isSuspect because a restored database may have lost its permit
/// @param failure why it failed
/// @param siteInFlight devices of its site that are out, by whichever rollout of the application
/// @param siteFailed devices of its site that failed
public record Standing(
    RolloutRecord record,
    List<WaveCount> counts,
    String slot,
    int wave,
    Phase phase,
    @Nullable RolloutId supersededBy,
    boolean isOutside,
    boolean isOut,
    boolean isSuspect,
    long notAfterMillis,
    long grantedMillis,
    int prior,
    Reason failure,
    int siteInFlight,
    int siteFailed,
    int inFlight,
    long nowMillis) {
  public Standing {
    counts = List.copyOf(counts);
  }

  /// What the rollout selects for the device.
  public Choice choice() {
    boolean isAway = isOutside || supersededBy != null;
    return Choice.of(record, phase, wave, grantedMillis, prior, isAway, isSuspect);
  }

  /// An older rollout may have it.
  public boolean hasLeft() {
    return (record.state().isVoid() || (isOutside && !phase.isDecided())) && !isOut;
  }

  private static final Reason NO_CAUSE = new Reason.Unknown("the device named no cause");

  public static Standing of(Rollouts rollouts, Rollout rollout, int member, long nowMillis) {
    RolloutId by = null;
    if (rollout.isSuperseded(member)) {
      for (Rollout each :
          rollouts.of(rollout.record().scope().fleet(), rollout.record().application())) {
        int there = each.find(rollout.slot(member));
        if (there >= 0 && !each.hasLeft(there)) {
          by = each.id();
          break;
        }
      }
    }
    Reason failure = rollout.reason(member);
    return new Standing(
        rollout.record(),
        rollout.counts(),
        rollout.slot(member).toString(),
        rollout.wave(member),
        rollout.phase(member),
        by,
        rollout.isOutside(member),
        rollout.isOut(member),
        rollout.isSuspect(member),
        rollout.notAfterMillis(member),
        rollout.granted(member),
        rollout.prior(member),
        failure == null ? NO_CAUSE : failure,
        rollout.siteInFlight(member)
            + rollouts.outElsewhere(rollout.record(), rollout.slot(member)),
        rollout.siteFailed(member),
        rollout.inFlight(),
        nowMillis);
  }
}
