package dev.tombolo.bench.torture;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How many strikes fell into each phase, from all worlds of a run.
final class PhaseCounts {
  /// What many kills must have hit, each [#EACH_MIN] times. Others (a state left by an earlier
  /// kill) are counted too.
  static final List<String> REQUIRED =
      List.of(
          "agent absent",
          "agent enrolling",
          "agent fetching",
          "agent live",
          "agent probing",
          "agent renewing",
          "agent rolled-back",
          "agent staged",
          "agent staging",
          "agent switching",
          "hub command-in-flight",
          "hub enrolment-in-flight",
          "hub release-push-in-flight",
          "hub settled",
          "hub spreading");

  static final int EACH_MIN = 5;

  /// Shorter runs cannot promise that much.
  static final int ROUNDS_MIN = 500;

  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> required;

  /// @param required what must be hit
  PhaseCounts(List<String> required) {
    this.required = required;
    required.forEach(phase -> counts.put(phase, 0));
  }

  synchronized void count(String phase) {
    counts.merge(phase, 1, Integer::sum);
  }

  /// In the order of their names; a required one is there with 0.
  synchronized Map<String, Integer> all() {
    return new TreeMap<>(counts);
  }

  /// The required phases that got too few kills, for so many rounds.
  synchronized List<String> tooFew(int rounds) {
    if (rounds < ROUNDS_MIN) {
      return List.of();
    }
    return required.stream().filter(phase -> counts.getOrDefault(phase, 0) < EACH_MIN).toList();
  }

  /// A line each, `agent fetching 12`.
  synchronized String table() {
    StringBuilder text = new StringBuilder();
    counts.forEach((phase, count) -> text.append(String.format("  %-36s %5d%n", phase, count)));
    return text.toString();
  }
}
