package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.ApplicationRow;
import dev.tombolo.hub.http.api.CountsRow;
import dev.tombolo.hub.http.api.FleetRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.hub.http.api.LineBody;
import dev.tombolo.hub.http.api.SiteRow;
import dev.tombolo.hub.http.api.SiteTimesBody;
import dev.tombolo.hub.http.api.SlotShown;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One fleet, site, slot or application in words: what it is, how far its devices are, who changed
/// it.
final class ObjectWords {
  private final StringBuilder words = new StringBuilder();

  static String of(FleetRow row) {
    ObjectWords it = new ObjectWords();
    it.line("fleet", row.name());
    it.about(row.displayName(), row.labels());
    it.line("protected", row.guarded() ? "yes" : "no");
    it.times(row.times());
    it.optional("line", line(row.line()));
    it.line("sites", Integer.toString(row.sites()));
    it.counts(row.counts());
    it.change(row.generation(), row.observedGeneration(), row.changedMillis(), row.changedBy());
    return it.words.toString();
  }

  static String of(SiteRow row) {
    ObjectWords it = new ObjectWords();
    it.line("site", row.name());
    it.line("fleet", row.fleet());
    it.about(row.displayName(), row.labels());
    it.line("time zone", row.timeZone());
    it.times(row.times());
    it.optional("line", line(row.line()));
    it.optional("region", row.region());
    it.optional("contact", row.contact());
    it.line("slots", Integer.toString(row.slots()));
    it.counts(row.counts());
    it.change(row.generation(), row.observedGeneration(), row.changedMillis(), row.changedBy());
    return it.words.toString();
  }

  static String of(SlotShown row) {
    ObjectWords it = new ObjectWords();
    it.line("slot", row.slot());
    it.line("fleet", row.fleet());
    it.about(row.displayName(), row.labels());
    it.line("device", row.device() == null ? "none has joined" : row.device());
    it.line("status", status(row));
    it.change(row.generation(), row.observedGeneration(), row.changedMillis(), row.changedBy());
    return it.words.toString();
  }

  private static String status(SlotShown row) {
    CountsRow counts = row.counts();
    String far =
        counts.total() == 0
            ? "empty"
            : counts.failed() > 0 ? "failed" : counts.upToDate() > 0 ? "up to date" : "waiting";
    return far
        + (counts.offline() > 0 ? ", offline" : "")
        + (far.equals("up to date") ? "" : "; why: tombolo why " + row.slot());
  }

  static String of(ApplicationRow row) {
    ObjectWords it = new ObjectWords();
    it.line("application", row.name());
    it.line("fleet", row.fleet());
    it.about(row.displayName(), row.labels());
    it.line("release", row.version() == null ? "-" : row.version());
    if (row.policies() > 0) {
      it.line("policies", Integer.toString(row.policies()));
    }
    GitRow git = row.git();
    if (git != null) {
      it.line("from", git.url() + "@" + git.branch());
      it.line("git", git.state() + ": " + Screen.plain(git.words()));
    }
    it.counts(row.counts());
    it.change(row.generation(), row.observedGeneration(), row.changedMillis(), row.changedBy());
    return it.words.toString();
  }

  private void about(String displayName, Map<String, String> labels) {
    optional("name", displayName);
    optional("labels", Listing.labels(new TreeMap<>(labels)));
  }

  /// In short when it switches, then each kind of times that is given.
  private void times(SiteTimesBody times) {
    line("switches", Listing.switches(times));
    optional("  in", String.join(", ", times.switching()));
    optional("downloads in", String.join(", ", times.download()));
    optional("opening hours", String.join(", ", times.openingHours()));
    optional("freeze dates", String.join(", ", times.freezeDates()));
  }

  /// Empty when nothing is said of it.
  private static String line(@Nullable LineBody line) {
    if (line == null) {
      return "";
    }
    return line.bandwidth().isEmpty()
        ? "no bound"
        : line.bandwidth().stream()
            .map(it -> it.hours() + " " + it.limit())
            .collect(Collectors.joining(", "));
  }

  private void counts(CountsRow counts) {
    line(
        "devices",
        counts.total()
            + ": "
            + counts.upToDate()
            + " up to date, "
            + counts.waiting()
            + " waiting, "
            + counts.failed()
            + " failed; "
            + counts.offline()
            + " offline");
  }

  private void change(long generation, long observed, long millis, String by) {
    line("generation", generation + (observed == generation ? "" : ", observed " + observed));
    line("changed", Listing.ago(millis) + " by " + by);
  }

  private void optional(String label, String value) {
    if (!value.isEmpty()) {
      line(label, value);
    }
  }

  private void line(String label, String value) {
    words.append(String.format(Locale.ROOT, "%-14s%s%n", label, Screen.plain(value)));
  }
}
