package dev.tombolo.hub.rollout;

import java.util.LinkedHashMap;
import java.util.Map;

/// What must hold of a wave before the next one opens.
///
/// @param healthyPercent of the devices of the wave that were reached, so many must have succeeded
/// @param soakMillis for so long without a break
/// @param needsApproval and a person must have said yes
public record Gate(int healthyPercent, long soakMillis, boolean needsApproval) {
  public static final Gate USUAL = new Gate(95, 0, false);

  /// Units of times, the longest first.
  private static final Map<String, Long> UNITS = units();

  /// `healthy 95, soak 30m, approval`
  public String words() {
    return "healthy "
        + healthyPercent
        + (soakMillis == 0 ? "" : ", soak " + words(soakMillis))
        + (needsApproval ? ", approval" : "");
  }

  /// A time as people write it: in the longest unit that leaves nothing over.
  public static String words(long millis) {
    for (Map.Entry<String, Long> unit : UNITS.entrySet()) {
      if (millis != 0 && millis % unit.getValue() == 0) {
        return millis / unit.getValue() + unit.getKey();
      }
    }
    return "0s";
  }

  private static Map<String, Long> units() {
    Map<String, Long> units = new LinkedHashMap<>();
    units.put("d", 86_400_000L);
    units.put("h", 3_600_000L);
    units.put("m", 60_000L);
    units.put("s", 1_000L);
    units.put("ms", 1L);
    return units;
  }
}
