package dev.tombolo.bench.embedding;

import java.util.HashMap;
import java.util.Map;

/// `--name value` pairs of a command line. The workload does without a parser library: it starts in
/// a shop, next to a till, in a few hundred milliseconds.
record Options(Map<String, String> values) {
  Options {
    values = Map.copyOf(values);
  }

  /// @throws IllegalArgumentException when an argument is not a `--name value` pair
  static Options parse(String[] arguments) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            arguments[i] + ": expected --name value pairs, for example --port 8080");
      }
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
    return new Options(values);
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  String text(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }

  int port(String name) {
    String value = text(name);
    if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65535) {
      throw new IllegalArgumentException("--" + name + " " + value + ": use a port, 0-65535");
    }
    return Integer.parseInt(value);
  }
}
