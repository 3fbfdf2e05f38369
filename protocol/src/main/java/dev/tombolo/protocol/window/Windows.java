package dev.tombolo.protocol.window;

import dev.tombolo.protocol.desired.WindowsSection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/// Says when a site may do what. What counts is what a clock on the shop's wall shows at the moment
/// in question: where it skips an hour in spring, a window within that hour does not come that day;
/// where it shows an hour twice in autumn, a window within that hour comes twice. Moments are
/// milliseconds since 1970-01-01T00:00Z.
public final class Windows {
  /// Beyond it a window counts as never opening.
  public static final long HORIZON_MILLIS = 400 * LocalTime.DAY_MILLIS;

  private final WindowsSection section;
  private final long[] downloadEdges;
  private final long[] switchEdges;

  /// What a window is for.
  public enum Kind {
    DOWNLOAD,
    SWITCH
  }

  /// Why nothing may be done.
  public enum Shut {
    /// No window is open.
    OUTSIDE,
    /// Within the shop's opening hours nothing is switched.
    SHOP_OPEN,
    /// On a freeze date nothing is switched.
    FROZEN
  }

  public Windows(WindowsSection section) {
    this.section = section;
    this.downloadEdges = edges(section.download(), List.of(), false);
    this.switchEdges =
        edges(section.switching(), section.openingHours(), !section.freezeDates().isEmpty());
  }

  private static long[] edges(List<WeekSpan> one, List<WeekSpan> other, boolean midnights) {
    TreeSet<Long> edges = new TreeSet<>();
    for (List<WeekSpan> spans : List.of(one, other)) {
      for (WeekSpan span : spans) {
        edges.add(span.fromMinute() * LocalTime.MINUTE_MILLIS);
        edges.add(span.untilMinute() % WeekSpan.WEEK_MINUTES * LocalTime.MINUTE_MILLIS);
      }
    }
    for (int day = 0; midnights && day < 7; day++) {
      edges.add(day * LocalTime.DAY_MILLIS);
    }
    return edges.stream().mapToLong(Long::longValue).toArray();
  }

  /// A person has lifted all windows of this device for now.
  public boolean isLifted(long atMillis) {
    Long until = section.liftedUntilMillis();
    return until != null && atMillis < until;
  }

  /// Empty when it may be done.
  public Optional<Shut> shut(Kind kind, long atMillis) {
    if (isLifted(atMillis)) {
      return Optional.empty();
    }
    long local = section.zone().local(atMillis);
    long ofWeek = LocalTime.ofWeek(local);
    if (kind == Kind.SWITCH) {
      long day = LocalTime.day(local);
      for (DateSpan freeze : section.freezeDates()) {
        if (freeze.contains(day)) {
          return Optional.of(Shut.FROZEN);
        }
      }
      if (within(section.openingHours(), ofWeek)) {
        return Optional.of(Shut.SHOP_OPEN);
      }
    }
    List<WeekSpan> spans = kind == Kind.SWITCH ? section.switching() : section.download();
    return spans.isEmpty() || within(spans, ofWeek) ? Optional.empty() : Optional.of(Shut.OUTSIDE);
  }

  public boolean isOpen(Kind kind, long atMillis) {
    return shut(kind, atMillis).isEmpty();
  }

  private static boolean within(List<WeekSpan> spans, long ofWeek) {
    for (WeekSpan span : spans) {
      if (span.contains(ofWeek)) {
        return true;
      }
    }
    return false;
  }

  /// The first moment from `atMillis` on at which it may be done; empty when there is none within
  /// [#HORIZON_MILLIS].
  public OptionalLong nextOpening(Kind kind, long atMillis) {
    return next(kind, atMillis, true);
  }

  /// The first moment from `atMillis` on at which it may not be done.
  public OptionalLong nextClosing(Kind kind, long atMillis) {
    return next(kind, atMillis, false);
  }

  private OptionalLong next(Kind kind, long fromMillis, boolean open) {
    long at = fromMillis;
    while (at - fromMillis <= HORIZON_MILLIS) {
      if (isOpen(kind, at) == open) {
        return OptionalLong.of(at);
      }
      OptionalLong edge = nextEdge(kind, at);
      if (edge.isEmpty()) {
        return edge;
      }
      at = edge.getAsLong();
    }
    return OptionalLong.empty();
  }

  /// The first moment after `at` at which an answer may change. Between two changes of the zone the
  /// wall's clock goes as all clocks do.
  private OptionalLong nextEdge(Kind kind, long at) {
    long edge = Long.MAX_VALUE;
    long[] ofWeek = kind == Kind.SWITCH ? switchEdges : downloadEdges;
    if (ofWeek.length > 0) {
      long now = LocalTime.ofWeek(section.zone().local(at));
      long next = ofWeek[0] + LocalTime.WEEK_MILLIS;
      for (long candidate : ofWeek) {
        if (candidate > now) {
          next = candidate;
          break;
        }
      }
      edge = at + next - now;
    }
    edge = Math.min(edge, section.zone().nextChange(at).orElse(Long.MAX_VALUE));
    Long lifted = section.liftedUntilMillis();
    if (lifted != null && lifted > at) {
      edge = Math.min(edge, lifted);
    }
    return edge == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(edge);
  }

  /// What the shop's clock shows: `Mon 2026-11-30 22:00`.
  public String local(long atMillis) {
    return LocalTime.words(section.zone().local(atMillis));
  }

  /// When it may be done next, as the shop's clock shows it, with the zone; empty when never.
  public String opens(Kind kind, long atMillis) {
    OptionalLong opens = nextOpening(kind, atMillis);
    return opens.isEmpty() ? "" : words(opens.getAsLong());
  }

  /// What the shop's clock shows, with the zone.
  public String words(long atMillis) {
    return local(atMillis) + " " + zone();
  }

  /// Until when a person has lifted all windows, if that holds at `atMillis`.
  public Optional<Long> lifted(long atMillis) {
    return isLifted(atMillis) ? Optional.ofNullable(section.liftedUntilMillis()) : Optional.empty();
  }

  /// The last day of the freeze that holds at `atMillis`.
  public Optional<DateSpan> freeze(long atMillis) {
    long day = LocalTime.day(section.zone().local(atMillis));
    return section.freezeDates().stream().filter(it -> it.contains(day)).findFirst();
  }

  /// IANA name.
  public String zone() {
    return section.zone().zone();
  }
}
