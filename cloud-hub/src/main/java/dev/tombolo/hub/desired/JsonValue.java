package dev.tombolo.hub.desired;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/// A parameter's value, as a JSON Patch compares it.
final class JsonValue {
  /// As JSON writes numbers; the exponent is bounded, so that it is one.
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,6})?");

  /// Characters of a number that are compared as one; longer ones are text.
  private static final int NUMBER_CHARACTERS_MAX = 64;

  private JsonValue() {}

  /// Numbers are equal when they are so by their value: 2, 2.0 and 2e0 (RFC 6902 s. 4.6). All else
  /// is equal when it is written alike.
  static boolean areEqual(String one, String other) {
    return one.equals(other)
        || (isNumber(one)
            && isNumber(other)
            && new BigDecimal(one).compareTo(new BigDecimal(other)) == 0);
  }

  private static boolean isNumber(String text) {
    return text.length() <= NUMBER_CHARACTERS_MAX && NUMBER.matcher(text).matches();
  }
}
