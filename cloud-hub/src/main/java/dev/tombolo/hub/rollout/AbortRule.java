package dev.tombolo.hub.rollout;

/// When a rollout ends by itself because too much failed.
///
/// @param failed so many failures end it; 0: no bound
/// @param failedPercent so many failures among the reached devices of an open wave; 0: no bound
/// @param rollsBack takes what switched back, instead of leaving it
public record AbortRule(int failed, int failedPercent, boolean rollsBack) {
  public static final AbortRule USUAL = new AbortRule(0, 10, false);
}
