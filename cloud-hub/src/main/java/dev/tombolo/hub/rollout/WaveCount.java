package dev.tombolo.hub.rollout;

/// How one wave stands.
///
/// @param total without those that a newer rollout took
/// @param inFlight permits that may be in use
/// @param downloading connected, without leave to switch, and not ready
/// @param ready connected, ready, without a permit
/// @param dark not reached yet: undecided, not connected, no permit out, and its slot is there
/// @param back gone back to what they had, after the rollout was rolled back
/// @param reached all that are decided or connected, or have a permit
/// @param taken those that a newer rollout took, none of which counts in the others
/// @param alsoOut permits that hold budgets and are not in `inFlight`: of those that were taken or
///   are outside, and of decided ones that are suspected since a restore
/// @param outside undecided ones that the rollout is not about any more, which count in no other
/// @param leftAlone connected or not: no permit is out, and none is given, for so many others of
///   their sites have failed; neither reached nor dark
public record WaveCount(
    int total,
    int succeeded,
    int failed,
    int inFlight,
    int downloading,
    int ready,
    int dark,
    int back,
    int reached,
    Taken taken,
    int alsoOut,
    int outside,
    int leftAlone) {
  public static final WaveCount NONE =
      new WaveCount(0, 0, 0, 0, 0, 0, 0, 0, 0, Taken.NONE, 0, 0, 0);

  /// What became of those that a newer rollout took, before it did.
  ///
  /// @param total with those that were not decided
  public record Taken(int total, int succeeded, int failed) {
    static final Taken NONE = new Taken(0, 0, 0);
  }

  /// Rounded down: 100 is said only when all are.
  public int healthyPercent() {
    return reached == 0 ? 0 : (int) (100L * succeeded / reached);
  }
}
