package dev.tombolo.hub.rollout;

/// How much may be under way or lost at once. 0: no bound.
///
/// @param perSite devices of one site that may be switching at once
/// @param inFlight devices of the rollout that may be switching at once
/// @param failuresPerSite a site with so many failures gets no more permits
public record Budgets(int perSite, int inFlight, int failuresPerSite) {
  public static final Budgets USUAL = new Budgets(1, 0, 1);
}
