package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.RolloutPreviewShown;
import dev.tombolo.hub.http.api.RolloutPreviewTooShort;
import dev.tombolo.hub.http.api.RolloutPreviewWave;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a rollout would do, in lines for people.
final class PreviewWords {
  static final double BITS_OF_MEGABIT = 1e6;
  private static final int SITES_NAMED = 3;
  private static final int TOO_SHORT_NAMED = 10;

  private final RolloutPreviewShown shown;
  private final boolean areAllSitesNamed;

  private PreviewWords(RolloutPreviewShown shown, boolean areAllSitesNamed) {
    this.shown = shown;
    this.areAllSitesNamed = areAllSitesNamed;
  }

  /// @param areAllSitesNamed all of which the hub tells, else a few
  static String of(RolloutPreviewShown shown, boolean areAllSitesNamed) {
    return new PreviewWords(shown, areAllSitesNamed).words();
  }

  private String words() {
    return waves()
        + first()
        + Ago.counted(shown.devices(), "device")
        + " at "
        + Ago.counted(shown.sites(), "site")
        + ", "
        + Ago.bytes(shown.bytes())
        + " over all lines. "
        + done()
        + ".\n"
        + waiting()
        + keeping()
        + rates()
        + bundles()
        + cost()
        + (areAllSitesNamed ? sites() : most())
        + tooShort();
  }

  private Table waves() {
    Table table =
        new Table("WAVE", "DEVICES", "SITES", "HAVE IT", "BYTES", "LARGEST SITE", "AT LEAST");
    for (RolloutPreviewWave wave : shown.waves()) {
      table.row(
          wave.name(),
          "" + wave.devices(),
          "" + wave.sites(),
          "" + wave.haveIt(),
          Ago.bytes(wave.bytes()),
          Ago.bytes(wave.largestSiteBytes()),
          Ago.span(wave.leastMillis()));
    }
    return table;
  }

  /// Who begins, where few do.
  private String first() {
    for (RolloutPreviewWave wave : shown.waves()) {
      if (wave.devices() > 0) {
        int more = wave.devices() - wave.first().size();
        return wave.name()
            + ": "
            + String.join(", ", wave.first())
            + (more > 0 ? " and " + more + " more" : "")
            + "\n";
      }
    }
    return "No device is in its scope: 'rollout create' refuses that without --even-if-nobody.\n";
  }

  private String done() {
    Long done = shown.doneMillis();
    return done == null
        ? "It is not done within 60 days: windows are too short or never open"
        : "Begun now it is done at "
            + Instant.ofEpochMilli(done).truncatedTo(ChronoUnit.MINUTES)
            + " at the earliest, after "
            + Ago.span(shown.leastMillis())
            + ", if all are reached at once";
  }

  private String waiting() {
    List<String> waves = shown.waitForYes();
    return switch (waves.size()) {
      case 0 -> "";
      case 1 -> "Wave " + waves.getFirst() + " waits for a yes; that time is not counted.\n";
      default ->
          "Waves " + String.join(", ", waves) + " wait for a yes; that time is not counted.\n";
    };
  }

  private String keeping() {
    return switch (shown.keeping()) {
      case 0 -> "";
      case 1 -> "1 device keeps its files from before: it loads nothing and only switches.\n";
      default ->
          shown.keeping()
              + " devices keep its files from before: they load nothing and only switch.\n";
    };
  }

  private String rates() {
    int measured = shown.measuredSites();
    int rest = shown.loadingSites() - measured;
    String assumed =
        String.format(Locale.ROOT, "%.1f Mbit/s", shown.lineBitsPerSecond() / BITS_OF_MEGABIT);
    if (shown.loadingSites() == 0) {
      return "";
    }
    return measured == 0
        ? "No line was measured yet: each counts with " + assumed + " (--line-rate).\n"
        : (measured == 1 ? "The line of 1 site counts" : "Lines of " + measured + " sites count")
            + " as measured"
            + (rest == 0 ? "" : ", those of " + rest + " with " + assumed + " (--line-rate)")
            + ".\n";
  }

  private String bundles() {
    int haveIt = shown.waves().stream().mapToInt(RolloutPreviewWave::haveIt).sum();
    int loading = shown.devices() - haveIt - shown.keeping();
    if (loading == 0) {
      return "";
    }
    return shown.byBundle() == 0
        ? "No bundle for it is made yet: whole files are counted.\n"
        : "Bundles count for "
            + shown.byBundle()
            + " of "
            + Ago.counted(loading, "device")
            + (shown.byBundle() < loading ? ", whole files for the others" : "")
            + ".\n";
  }

  private String cost() {
    BigDecimal cost = shown.cost();
    if (cost == null) {
      return "";
    }
    return "It costs "
        + (cost.signum() == 0 && shown.bytes() > 0 ? "less than 0.01" : cost)
        + " at "
        + shown.pricePerGb()
        + " per GB.\n";
  }

  /// Those that load something, the most first.
  private List<Map.Entry<String, Long>> loading() {
    return shown.siteBytes().entrySet().stream()
        // A hub that is older names those, too, that load nothing.
        .filter(site -> site.getValue() > 0)
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  private String most() {
    List<String> most =
        loading().stream()
            .limit(SITES_NAMED)
            .map(site -> site.getKey() + " " + Ago.bytes(site.getValue()))
            .toList();
    int more = shown.loadingSites() - most.size();
    return most.isEmpty()
        ? ""
        : "Most goes to "
            + String.join(", ", most)
            + (more > 0 ? " and " + Ago.counted(more, "more site") : "")
            + ".\n";
  }

  private String sites() {
    List<Map.Entry<String, Long>> loading = loading();
    if (loading.isEmpty()) {
      return "";
    }
    StringBuilder words = new StringBuilder("By site:\n");
    for (Map.Entry<String, Long> site : loading) {
      words.append("  ").append(site.getKey()).append(' ').append(Ago.bytes(site.getValue()));
      words.append('\n');
    }
    int more = shown.loadingSites() - loading.size();
    if (more > 0) {
      words
          .append("  and ")
          .append(Ago.counted(more, "more site"))
          .append("; the hub names the ")
          .append(loading.size())
          .append(" that load most\n");
    }
    return words.toString();
  }

  private String tooShort() {
    if (shown.tooShortSites() == 0) {
      return "";
    }
    StringBuilder words = new StringBuilder();
    words
        .append("At ")
        .append(Ago.counted(shown.tooShortSites(), "site"))
        .append(" a window is too short to do it in one go:\n");
    int known = shown.tooShort().size();
    int named = areAllSitesNamed ? known : Math.min(TOO_SHORT_NAMED, known);
    for (RolloutPreviewTooShort site : shown.tooShort().subList(0, named)) {
      words
          .append("  ")
          .append(site.site())
          .append(": the ")
          .append(site.window())
          .append(" window needs ")
          .append(Ago.span(site.needsMillis()))
          .append(" at a stretch and ")
          .append(
              site.windowMillis() == 0
                  ? "never opens"
                  : "has " + Ago.span(site.windowMillis()) + " at the most")
          .append(
              site.openings() == 0
                  ? ""
                  : site.window().equals("download") ? ": " + site.openings() + " openings" : "")
          .append('\n');
    }
    int more = shown.tooShortSites() - named;
    if (more > 0) {
      words
          .append("  and ")
          .append(Ago.counted(more, "more site"))
          .append(
              areAllSitesNamed
                  ? "; the hub names the worst " + named + "\n"
                  : "; up to 1,000 with --sites or --json\n");
    }
    return words.toString();
  }
}
