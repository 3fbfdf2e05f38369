package dev.tombolo.protocol.window;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How fast a line may be used, as people write it: `2Mbit/s`, `256kbit/s`, `1.5 Mbit/s`.
public record BitRate(long bitsPerSecond) {
  /// Slower than that, the hub takes a line that is held back for one that stands still: the
  /// buffers between the two are emptied in large steps.
  public static final long BITS_MIN = 64_000;

  public static final long BITS_MAX = 1_000_000_000_000L;

  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,6}(?:\\.[0-9]{1,3})?) ?([A-Za-z/]+)");
  private static final List<String> UNITS = List.of("bit/s", "kbit/s", "Mbit/s", "Gbit/s");

  public BitRate {
    if (!isValid(bitsPerSecond)) {
      throw new IllegalArgumentException(bitsPerSecond + " bit/s is no limit of a line");
    }
  }

  public static boolean isValid(long bitsPerSecond) {
    return bitsPerSecond >= BITS_MIN && bitsPerSecond <= BITS_MAX;
  }

  public long bytesPerSecond() {
    return bitsPerSecond / 8;
  }

  /// @throws IllegalArgumentException when it is none; the message says what to write
  public static BitRate parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a limit; write it like 2Mbit/s or 256kbit/s");
    }
    int unit = UNITS.indexOf(form.group(2));
    if (unit < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a limit; " + meant(form.group(1), form.group(2)));
    }
    long bits = new BigDecimal(form.group(1)).movePointRight(3 * unit).longValue();
    if (!isValid(bits)) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is out of bounds; use "
              + say(BITS_MIN)
              + " to "
              + say(BITS_MAX)
              + ", or a download window, or 'tombolo transfer pause'");
    }
    return new BitRate(bits);
  }

  private static String meant(String number, String unit) {
    String small = unit.toLowerCase(Locale.ROOT);
    String prefix = small.startsWith("g") ? "G" : small.startsWith("m") ? "M" : "k";
    boolean isBytes = unit.matches("[KkMmGg]?i?B(/s|ps)?") || small.contains("byte");
    String rate =
        isBytes
            ? new BigDecimal(number)
                .multiply(BigDecimal.valueOf(8))
                .stripTrailingZeros()
                .toPlainString()
            : number;
    return (isBytes ? "it counts bits, not bytes; did you mean '" : "did you mean '")
        + rate
        + prefix
        + "bit/s'?";
  }

  /// In the largest unit that leaves no long fraction: `1.5 Mbit/s`.
  public static String say(long bitsPerSecond) {
    int unit = 0;
    BigDecimal number = BigDecimal.valueOf(bitsPerSecond);
    while (unit < UNITS.size() - 1 && number.compareTo(BigDecimal.valueOf(1000)) >= 0) {
      number = number.movePointLeft(3);
      unit++;
    }
    return number.stripTrailingZeros().toPlainString() + " " + UNITS.get(unit);
  }

  /// As [#parse] reads it.
  @Override
  public String toString() {
    return say(bitsPerSecond).replace(" ", "");
  }
}
