package dev.tombolo.hub.rollout;

/// How one wave stands.
///
/// @param total without those that a newer rollout took
/// @param inFlight permits that may be in use
/// @param downloading connected, without leave to switch, and not ready
/// @param ready connected, ready, without a permit
/// @param dark not reached yet: undecided, not connected, no permit out
/// @param back gone back to what they had, after the rollout was rolled back
/// @param reached all that are decided or connected
public record WaveCount(
    int total,
    int succeeded,
    int failed,
    int inFlight,
    int downloading,
    int ready,
    int dark,
    int back,
    int reached) {

  /// Rounded down: 100 is said only when all are.
  public int healthyPercent() {
    return reached == 0 ? 0 : (int) (100L * succeeded / reached);
  }
}
