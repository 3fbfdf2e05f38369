package dev.tombolo.hub.rollout;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a rollout is to go.
///
/// @param waves in their order; the last takes the rest
/// @param permitMillis how long a permit is good
/// @param deadlineMillis hub time at which it is closed, whoever was not reached; null: never
public record RolloutPlan(
    List<Wave> waves,
    Budgets budgets,
    AbortRule abort,
    long permitMillis,
    @Nullable Long deadlineMillis) {
  public static final int WAVES_MAX = 32;
  public static final long PERMIT_MILLIS_USUAL = 24 * 3_600_000L;
  public static final long PERMIT_MILLIS_MIN = 10_000;
  public static final long PERMIT_MILLIS_MAX = 30 * 24 * 3_600_000L;

  public RolloutPlan {
    waves = withRest(waves);
  }

  public int last() {
    return waves.size() - 1;
  }

  /// Whether a device's labels bear on the wave that it is in.
  public boolean picksByLabel() {
    return waves.stream().anyMatch(wave -> wave.pick() instanceof Pick.Labelled);
  }

  private static List<Wave> withRest(List<Wave> waves) {
    if (!waves.isEmpty() && waves.getLast().pick() instanceof Pick.Rest) {
      return List.copyOf(waves);
    }
    List<Wave> all = new ArrayList<>(waves);
    all.add(new Wave("rest", new Pick.Rest(), Gate.USUAL));
    return List.copyOf(all);
  }
}
