package dev.tombolo.bench.demo;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What shop 2's workload had counted when its line was cut. Higher counts of the same process were
/// counted in the dark; that process does not live to see the line again.
record DarkCount(long pid, long texts) {
  private static final Pattern TEXTS = Pattern.compile("texts\\W+(\\d+)\\W+pid\\W+(\\d+)");

  /// @param results what `tombolo results tail --json` printed
  boolean arrivedIn(String results) {
    Matcher result = TEXTS.matcher(results);
    while (result.find()) {
      if (Long.parseLong(result.group(2)) == pid && Long.parseLong(result.group(1)) > texts) {
        return true;
      }
    }
    return false;
  }
}
