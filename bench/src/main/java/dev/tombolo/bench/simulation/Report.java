package dev.tombolo.bench.simulation;

import java.util.Locale;

/// What a run of seeds says of itself.
final class Report {
  private Report() {}

  static String of(Seeds.Summary summary) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d seeds in %.1f s (%.1f seeds/s), %.1f s of processor time (%.1f seeds/s, %.0f"
                + " events/s); per seed, median: %d events, %d faults%n",
            summary.played(),
            summary.seconds(),
            summary.played() / summary.seconds(),
            summary.processorSeconds(),
            summary.played() / summary.processorSeconds(),
            summary.events() / summary.processorSeconds(),
            summary.medianEvents(),
            summary.medianFaults()));
    summary
        .counts()
        .sorted()
        .forEach(
            (what, times) ->
                text.append(String.format(Locale.ROOT, "  %-44s %12d%n", what, times)));
    return text.toString();
  }
}
