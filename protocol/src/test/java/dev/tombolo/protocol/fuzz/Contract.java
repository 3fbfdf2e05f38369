package dev.tombolo.protocol.fuzz;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is asked of every reader.
public final class Contract {
  /// A refusal goes into logs, audit lines, report rows and onto screens.
  public static final int REFUSAL_CHARS_MAX = 1_024;

  private Contract() {}

  /// What was read, and what was read again of what it was written as.
  public static void same(Object once, Object again) {
    if (!once.equals(again)) {
      throw new AssertionError("not the same when read again: " + once + " -> " + again);
    }
  }

  public static void holds(boolean holds, String claim) {
    if (!holds) {
      throw new AssertionError("does not hold: " + claim);
    }
  }

  /// A refusal says something, on one line that can be shown.
  ///
  /// @return its shape, for [FuzzTarget#run]
  public static String refused(@Nullable String said) {
    String message = Objects.requireNonNullElse(said, "");
    holds(!message.isBlank() && !message.equals("null"), "a refusal says why");
    holds(
        message.length() <= REFUSAL_CHARS_MAX,
        "a refusal has at most " + REFUSAL_CHARS_MAX + " characters, not " + message.length());
    for (int i = 0; i < message.length(); i++) {
      holds(!Character.isISOControl(message.charAt(i)), "a refusal is one line: " + message);
    }
    return "refused: " + shape(message);
  }

  /// The words without what was quoted or counted.
  public static String shape(String message) {
    String plain =
        Objects.requireNonNull(message)
            .replaceAll("'[^']*'", "'_'")
            .replaceAll("[0-9]+", "0")
            .replaceAll("[^ -~]", "_");
    return plain.length() <= 80 ? plain : plain.substring(0, 80);
  }
}
