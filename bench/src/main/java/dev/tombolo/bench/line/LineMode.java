package dev.tombolo.bench.line;

import java.util.List;

/// How the line is just now.
public sealed interface LineMode {

  /// Forwards at once.
  record Open() implements LineMode {}

  /// Forwards nothing and closes nothing: the worst kind of cut, as when a router's power fails.
  /// What was on its way arrives if the line opens again.
  record Cut() implements LineMode {}

  /// Pauses before each piece, a random time between the two bounds.
  ///
  /// @param pieceBytes 1 stalls at every byte
  record Stall(int minMillis, int maxMillis, int pieceBytes) implements LineMode {
    public Stall {
      require(
          minMillis >= 0 && maxMillis >= minMillis && maxMillis <= 60_000,
          "0 <= MIN <= MAX <= 60000");
      require(pieceBytes >= 1, "at least 1 byte");
    }
  }

  /// Both directions of each connection go at this speed at most.
  record Throttle(int bytesPerSecond) implements LineMode {
    public Throttle {
      require(bytesPerSecond >= 1, "at least 1 byte a second");
    }
  }

  /// Reads `open`, `cut`, `stall MIN_MILLIS MAX_MILLIS [PIECE_BYTES]`, `throttle BYTES_PER_SECOND`.
  ///
  /// @throws IllegalArgumentException naming what is wrong
  static LineMode parse(String text) {
    List<String> words = List.of(text.strip().split("\\s+", -1));
    try {
      return switch (words.getFirst()) {
        case "open" -> new Open();
        case "cut" -> new Cut();
        case "stall" ->
            new Stall(number(words, 1), number(words, 2), words.size() > 3 ? number(words, 3) : 1);
        case "throttle" -> new Throttle(number(words, 1));
        default -> throw new IllegalArgumentException("not a mode");
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s': %s; write open, cut, stall MIN_MILLIS MAX_MILLIS [PIECE_BYTES] or throttle BYTES_PER_SECOND"
              .formatted(text.strip(), e.getMessage()),
          e);
    }
  }

  private static int number(List<String> words, int index) {
    if (index >= words.size()) {
      throw new IllegalArgumentException("a number is missing");
    }
    return Integer.parseInt(words.get(index));
  }

  private static void require(boolean fact, String rule) {
    if (!fact) {
      throw new IllegalArgumentException(rule);
    }
  }
}
