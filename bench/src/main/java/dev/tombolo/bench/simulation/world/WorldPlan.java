package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// How large a world is, and what may go wrong in it. Drawn from the seed; the command line and
/// shrinking put bounds on it.
///
/// @param isOnSqlite stores and signatures are the real ones, not the cheap ones
public record WorldPlan(
    long seed, int agents, int sites, int days, boolean isOnSqlite, Set<FaultKind> faults) {
  public static final int AGENTS_MIN = 5;
  public static final int AGENTS_MAX = 50;
  public static final int DAYS_MIN = 30;
  public static final int DAYS_MAX = 90;

  /// One seed in so many runs on real SQLite.
  static final int SQLITE_SHARE = 100;

  /// One seed in so many spells its messages out.
  static final int SPELLED_SHARE = 20;

  private static final double FULL_DEVICE_DAYS = 1_000;
  private static final double PACE_MIN = 0.5;
  private static final double PACE_MAX = 2.7;

  private static final int SQLITE_AGENTS_MAX = 5;
  private static final int SQLITE_DAYS_MAX = 30;

  public WorldPlan {
    faults = Collections.unmodifiableSet(copy(faults));
  }

  private static EnumSet<FaultKind> copy(Set<FaultKind> faults) {
    EnumSet<FaultKind> copy = EnumSet.noneOf(FaultKind.class);
    copy.addAll(faults);
    return copy;
  }

  /// @param agents and `days`, where given, replace what the seed draws
  /// @param without kinds of faults that are left out
  public static WorldPlan draw(
      long seed, Optional<Integer> agents, Optional<Integer> days, Set<FaultKind> without) {
    Chance chance = new Chance(seed).of("plan");
    boolean isOnSqlite = chance.below(SQLITE_SHARE) == 0;
    int drawnAgents = (int) chance.between(AGENTS_MIN, AGENTS_MAX);
    int drawnDays = (int) chance.between(DAYS_MIN, DAYS_MAX);
    int sites = (int) chance.between(2, 10);
    if (isOnSqlite) {
      drawnAgents = Math.min(drawnAgents, SQLITE_AGENTS_MAX);
      drawnDays = Math.min(drawnDays, SQLITE_DAYS_MAX);
    }
    EnumSet<FaultKind> faults = EnumSet.allOf(FaultKind.class);
    faults.removeAll(copy(without));
    return new WorldPlan(
        seed, agents.orElse(drawnAgents), sites, days.orElse(drawnDays), isOnSqlite, faults);
  }

  /// How much longer than in a world of 1,000 days of devices everything is apart: large worlds are
  /// as full as small ones, so that none of them takes the time of ten.
  double pace() {
    return isOnSqlite
        ? 1
        : Math.clamp((double) agents * days / FULL_DEVICE_DAYS, PACE_MIN, PACE_MAX);
  }

  /// Whether messages go over the lines as bytes, through the real codec.
  public boolean isSpelled() {
    return isOnSqlite || new Chance(seed).of("spelled").below(SPELLED_SHARE) == 0;
  }

  /// The same on real stores, and smaller where it has to be.
  public WorldPlan onSqlite() {
    return new WorldPlan(
        seed,
        Math.min(agents, SQLITE_AGENTS_MAX),
        sites,
        Math.min(days, SQLITE_DAYS_MAX),
        true,
        faults);
  }

  public WorldPlan withAgents(int fewer) {
    return new WorldPlan(seed, fewer, sites, days, isOnSqlite, faults);
  }

  public WorldPlan withDays(int fewer) {
    return new WorldPlan(seed, agents, sites, fewer, isOnSqlite, faults);
  }

  public WorldPlan without(FaultKind kind) {
    EnumSet<FaultKind> fewer = copy(faults);
    fewer.remove(kind);
    return new WorldPlan(seed, agents, sites, days, isOnSqlite, fewer);
  }
}
