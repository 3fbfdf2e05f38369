package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.protocol.window.DateSpan;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// When the sites of a world may download and switch. In every other world some of them say so; in
/// one of peace none does, so that all is done at its end.
final class Windows {
  /// With changes in the weeks that worlds last (Casablanca's Ramadan), half hours and quarters.
  private static final List<String> ZONES =
      List.of(
          "Africa/Casablanca",
          "Europe/Berlin",
          "Australia/Lord_Howe",
          "Asia/Kathmandu",
          "Pacific/Apia");

  private final Chance chance;
  private final boolean areUsed;
  private final String[] zones;
  private final SiteTimes[] times;

  Windows(Chance chance, WorldPlan plan) {
    int sites = plan.sites();
    this.chance = chance;
    this.areUsed = chance.isWithin(0.5) && !plan.faults().isEmpty();
    this.zones = new String[sites];
    this.times = new SiteTimes[sites];
    for (int site = 0; site < sites; site++) {
      zones[site] = areUsed ? chance.oneOf(ZONES) : "Europe/Berlin";
      draw(site);
    }
  }

  String zone(int site) {
    return zones[site];
  }

  SiteTimes times(int site) {
    return times[site];
  }

  void draw(int site) {
    times[site] =
        areUsed && chance.isWithin(0.7)
            ? new SiteTimes(
                chance.isWithin(0.3) ? List.of(hours()) : List.of(),
                chance.isWithin(0.7) ? List.of(hours()) : List.of(),
                chance.isWithin(0.3) ? List.of(Weekly.parse("Mon-Sat 09:00-18:00")) : List.of(),
                freezes())
            : SiteTimes.ANY;
  }

  /// It may switch at night only, if at all.
  void shut(int site) {
    if (areUsed) {
      times[site] = new SiteTimes(List.of(), List.of(hours()), List.of(), List.of());
    }
  }

  /// Two to ten hours of every day, or of working days.
  private Weekly hours() {
    int from = chance.below(24);
    int until = (from + 2 + chance.below(9)) % 24;
    String days = chance.isWithin(0.5) ? "" : "Mon-Fri ";
    return Weekly.parse(String.format(Locale.ROOT, "%s%02d:30-%02d:30", days, from, until));
  }

  private List<DateSpan> freezes() {
    List<DateSpan> freezes = new ArrayList<>();
    while (chance.isWithin(0.4) && freezes.size() < 4) {
      LocalDate from =
          Instant.ofEpochMilli(VirtualTime.BEGIN_MILLIS)
              .atZone(ZoneOffset.UTC)
              .toLocalDate()
              .plusDays(chance.below(WorldPlan.DAYS_MAX));
      freezes.add(new DateSpan(from, from.plusDays(chance.below(6))));
    }
    return freezes;
  }
}
