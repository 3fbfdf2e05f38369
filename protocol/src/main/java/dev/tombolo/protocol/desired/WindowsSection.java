package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// When the device may download and switch, in its site's time. A document with it requires
/// [Features#WINDOWS].
///
/// @param download windows for downloads; none: at any time
/// @param switching windows for switches; none: at any time
/// @param openingHours of the shop; nothing is switched in them
/// @param freezeDates on which nothing is switched
/// @param liftedUntilMillis until then a person has lifted all of it for this device; null: nobody
public record WindowsSection(
    ZoneOffsets zone,
    List<WeekSpan> download,
    List<WeekSpan> switching,
    List<WeekSpan> openingHours,
    List<DateSpan> freezeDates,
    @Nullable Long liftedUntilMillis) {
  public WindowsSection {
    download = List.copyOf(download);
    switching = List.copyOf(switching);
    openingHours = List.copyOf(openingHours);
    freezeDates = List.copyOf(freezeDates);
  }
}
