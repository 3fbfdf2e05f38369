package dev.tombolo.bench.torture;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How many kills fell into each phase.
final class PhaseCounts {
  /// What a long run must have hit, each [#EACH_MIN] times. Others (a state left by an earlier
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

  PhaseCounts() {
    REQUIRED.forEach(phase -> counts.put(phase, 0));
  }

  void count(String phase) {
    counts.merge(phase, 1, Integer::sum);
  }

  /// In the order of their names; a required one is there with 0.
  Map<String, Integer> all() {
    return new TreeMap<>(counts);
  }

  /// The required phases that got too few kills, for so many rounds.
  List<String> tooFew(int rounds) {
    if (rounds < ROUNDS_MIN) {
      return List.of();
    }
    return REQUIRED.stream().filter(phase -> counts.getOrDefault(phase, 0) < EACH_MIN).toList();
  }

  /// A line each, `agent fetching 12`.
  String table() {
    StringBuilder text = new StringBuilder();
    counts.forEach((phase, count) -> text.append(String.format("  %-28s %5d%n", phase, count)));
    return text.toString();
  }
}
