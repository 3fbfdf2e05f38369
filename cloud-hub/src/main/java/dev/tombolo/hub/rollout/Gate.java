package dev.tombolo.hub.rollout;

/// What must hold of a wave before the next one opens.
///
/// @param healthyPercent of the devices of the wave that were reached, so many must have succeeded
/// @param soakMillis for so long without a break
/// @param needsApproval and a person must have said yes
public record Gate(int healthyPercent, long soakMillis, boolean needsApproval) {
  public static final Gate USUAL = new Gate(95, 0, false);
}
