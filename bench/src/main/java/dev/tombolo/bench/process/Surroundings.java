package dev.tombolo.bench.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where a program runs: words before its command (`ip netns exec NAME`), and its environment.
public record Surroundings(List<String> prefix, Map<String, String> environment) {
  /// This machine as it is.
  public static final Surroundings USUAL = new Surroundings(List.of(), Map.of());

  public Surroundings {
    prefix = List.copyOf(prefix);
    environment = Map.copyOf(environment);
  }

  /// The words to run.
  List<String> around(List<String> argv) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(argv);
    return all;
  }
}
