package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.agent.desired.HeldDocument;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.desired.WorkloadsSection;
import dev.tombolo.protocol.window.WeekSpan;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// When the document that a device holds lets it download and switch: the rule once more, by the
/// zone's name and [java.time], not by the changes that the document ships.
final class WindowRule {
  private final Optional<WindowsSection> windows;
  private final Optional<WorkloadsSection> workloads;
  private final Optional<LineSection> line;

  private WindowRule(
      Optional<WindowsSection> windows,
      Optional<WorkloadsSection> workloads,
      Optional<LineSection> line) {
    this.windows = windows;
    this.workloads = workloads;
    this.line = line;
  }

  /// Of the document in force.
  static WindowRule of(ShopFacts its) {
    WindowRule known = its.rule;
    if (known == null) {
      known = of(its, its.held);
      its.rule = known;
    }
    return known;
  }

  /// Of a document that is, or was, in force; null: of none.
  static WindowRule of(ShopFacts its, @Nullable HeldDocument document) {
    return new WindowRule(
        section(its, document, Section.WINDOWS).map(text -> read(WindowsSection.class, text)),
        section(its, document, Section.WORKLOADS).map(text -> read(WorkloadsSection.class, text)),
        section(its, document, Section.LINE).map(text -> read(LineSection.class, text)));
  }

  static Optional<String> section(ShopFacts its, String name) {
    return section(its, its.held, name);
  }

  /// Of a document that may not be in force any more.
  static Optional<String> section(ShopFacts its, @Nullable HeldDocument of, String name) {
    if (of == null) {
      return Optional.empty();
    }
    for (var ref : of.manifest().sections()) {
      if (ref.name().equals(name)) {
        return Optional.ofNullable(its.sections.get(ref.digest()));
      }
    }
    return Optional.empty();
  }

  private static <T> T read(Class<T> type, String text) {
    try {
      return Json.read(type, text, Limits.SECTION_BYTES_MAX);
    } catch (MalformedException e) {
      throw new IllegalStateException("a document in force does not read", e);
    }
  }

  Optional<WorkloadsSection> workloads() {
    return workloads;
  }

  Optional<WindowsSection> windows() {
    return windows;
  }

  boolean hasWindows() {
    return windows.isPresent();
  }

  /// A person has stopped its downloads.
  boolean isPaused() {
    return line.map(LineSection::pause).isPresent();
  }

  boolean mayDownload(long atMillis) {
    if (isPaused()) {
      return false;
    }
    return windows.isEmpty()
        || isLifted(windows.get(), atMillis)
        || windows.get().download().isEmpty()
        || within(windows.get().download(), shop(windows.get(), atMillis));
  }

  /// Bytes a second that may come from the hub; 0: no bound.
  long rate(long atMillis) {
    return line.map(
            it -> {
              ZonedDateTime shop =
                  Instant.ofEpochMilli(atMillis).atZone(ZoneId.of(it.zone().zone()));
              return lowest(
                  it.bandwidth().stream().filter(limit -> within(List.of(limit.span()), shop)));
            })
        .orElse(0L);
  }

  /// The lowest rate of all times; 0: no bound at any time.
  long lowestRate() {
    return line.map(it -> lowest(it.bandwidth().stream())).orElse(0L);
  }

  private static long lowest(Stream<LineSection.Limit> limits) {
    return limits.mapToLong(limit -> limit.rate().bytesPerSecond()).min().orElse(0);
  }

  boolean maySwitch(long atMillis) {
    if (windows.isEmpty() || isLifted(windows.get(), atMillis)) {
      return true;
    }
    WindowsSection section = windows.get();
    ZonedDateTime shop = shop(section, atMillis);
    LocalDate today = shop.toLocalDate();
    return section.freezeDates().stream()
            .noneMatch(it -> !today.isBefore(it.from()) && !today.isAfter(it.through()))
        && !within(section.openingHours(), shop)
        && (section.switching().isEmpty() || within(section.switching(), shop));
  }

  private static boolean isLifted(WindowsSection section, long atMillis) {
    Long until = section.liftedUntilMillis();
    return until != null && atMillis < until;
  }

  private static ZonedDateTime shop(WindowsSection section, long atMillis) {
    return Instant.ofEpochMilli(atMillis).atZone(ZoneId.of(section.zone().zone()));
  }

  private static boolean within(List<WeekSpan> spans, ZonedDateTime shop) {
    int minute =
        (shop.getDayOfWeek().getValue() - 1) * WeekSpan.DAY_MINUTES
            + shop.getHour() * 60
            + shop.getMinute();
    return spans.stream()
        .anyMatch(
            it ->
                (it.fromMinute() <= minute && minute < it.untilMinute())
                    || minute + WeekSpan.WEEK_MINUTES < it.untilMinute());
  }
}
