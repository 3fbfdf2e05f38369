package dev.tombolo.hub.cli.screen;

import java.time.Duration;
import java.util.Locale;

/// Times and sizes in people's words.
public final class Ago {
  private Ago() {}

  /// `just now`, `45s ago`, `3m ago`, `2h ago`, `5d ago`, `in 3d`; `never` for 0.
  public static String of(long millis, long nowMillis) {
    if (millis <= 0) {
      return "never";
    }
    long away = nowMillis - millis;
    if (Math.abs(away) < 2_000) {
      return "just now";
    }
    return away > 0 ? span(away) + " ago" : "in " + span(-away);
  }

  /// The largest unit that fits, like `3m`.
  public static String span(long millis) {
    Duration span = Duration.ofMillis(millis);
    if (span.toMinutes() < 2) {
      return span.toSeconds() + "s";
    }
    if (span.toHours() < 2) {
      return span.toMinutes() + "m";
    }
    if (span.toDays() < 2) {
      return span.toHours() + "h";
    }
    return span.toDays() + "d";
  }

  /// `1 file`, `3 files`.
  public static String files(int count) {
    return counted(count, "file");
  }

  /// `1 site`, `3 sites`.
  public static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  /// `812 B`, `34.0 MB`, `1.2 GB`.
  public static String bytes(long count) {
    if (count < 1000) {
      return count + " B";
    }
    double value = count;
    int unit = -1;
    while (value >= 999.95) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %cB", value, "kMGTPE".charAt(unit));
  }
}
