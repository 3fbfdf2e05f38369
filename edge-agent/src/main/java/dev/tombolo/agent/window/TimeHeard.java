package dev.tombolo.agent.window;

/// A time that the hub said, and what the clocks here showed then.
///
/// @param machineBootId the monotonic clock counts within that boot of the machine
public record TimeHeard(
    String machineBootId, long monotonicMillis, long saidMillis, long wallMillis) {

  /// What it is now, if the clock that only counts is right.
  public long counted(long nowMonotonicMillis) {
    return saidMillis + nowMonotonicMillis - monotonicMillis;
  }
}
