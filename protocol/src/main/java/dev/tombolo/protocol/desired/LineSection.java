package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the device may use its site's line. A document with it requires [Features#LINE].
///
/// @param bandwidth at these times of the site; where several hold, the lowest counts, where none
///   does, there is no bound
/// @param pause a person has stopped downloads; null: nobody
public record LineSection(ZoneOffsets zone, List<Limit> bandwidth, @Nullable Pause pause) {
  public LineSection {
    bandwidth = List.copyOf(bandwidth);
  }

  public record Limit(WeekSpan span, BitRate rate) {}

  /// @param by the operator's name
  /// @param sinceMillis hub time
  public record Pause(String by, String why, long sinceMillis) {}
}
