package dev.tombolo.protocol.window;

import dev.tombolo.protocol.desired.LineSection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/// Says how much of its line a site's device may use. As with [Windows], what a clock on the shop's
/// wall shows at the moment in question is what counts: in a night that skips an hour, a limit
/// within that hour does not come; in one that shows an hour twice, it comes twice. Moments are
/// milliseconds since 1970-01-01T00:00Z.
public final class Bandwidth {
  /// Every limit comes again within a week, give or take a change of the zone.
  private static final long HORIZON_MILLIS = LocalTime.WEEK_MILLIS + 2 * LocalTime.DAY_MILLIS;

  private final LineSection section;
  private final long[] edges;

  public Bandwidth(LineSection section) {
    this.section = section;
    TreeSet<Long> all = new TreeSet<>();
    for (LineSection.Limit limit : section.bandwidth()) {
      all.add(limit.span().fromMinute() * LocalTime.MINUTE_MILLIS);
      all.add(limit.span().untilMinute() % WeekSpan.WEEK_MINUTES * LocalTime.MINUTE_MILLIS);
    }
    edges = all.stream().mapToLong(Long::longValue).toArray();
  }

  /// The lowest of those that hold; empty when none does.
  public Optional<BitRate> at(long atMillis) {
    long ofWeek = LocalTime.ofWeek(section.zone().local(atMillis));
    BitRate lowest = null;
    for (LineSection.Limit limit : section.bandwidth()) {
      if (limit.span().contains(ofWeek)
          && (lowest == null || limit.rate().bitsPerSecond() < lowest.bitsPerSecond())) {
        lowest = limit.rate();
      }
    }
    return Optional.ofNullable(lowest);
  }

  /// The lowest of all: what is kept to while nobody knows what time it is.
  public Optional<BitRate> lowest() {
    BitRate lowest = null;
    for (LineSection.Limit limit : section.bandwidth()) {
      if (lowest == null || limit.rate().bitsPerSecond() < lowest.bitsPerSecond()) {
        lowest = limit.rate();
      }
    }
    return Optional.ofNullable(lowest);
  }

  /// The first moment after `atMillis` at which another limit holds, or none; empty when it is
  /// always the same.
  public OptionalLong until(long atMillis) {
    Optional<BitRate> now = at(atMillis);
    long next = nextEdge(atMillis);
    while (next - atMillis <= HORIZON_MILLIS) {
      if (!at(next).equals(now)) {
        return OptionalLong.of(next);
      }
      next = nextEdge(next);
    }
    return OptionalLong.empty();
  }

  private long nextEdge(long at) {
    if (edges.length == 0) {
      return Long.MAX_VALUE;
    }
    long now = LocalTime.ofWeek(section.zone().local(at));
    long next = edges[0] + LocalTime.WEEK_MILLIS;
    for (long edge : edges) {
      if (edge > now) {
        next = edge;
        break;
      }
    }
    return Math.min(at + next - now, section.zone().nextChange(at).orElse(Long.MAX_VALUE));
  }

  /// That moment as the shop's clock shows it, with the zone; empty when there is none.
  public String untilWords(long atMillis) {
    OptionalLong until = until(atMillis);
    return until.isEmpty()
        ? ""
        : LocalTime.words(section.zone().local(until.getAsLong())) + " " + section.zone().zone();
  }
}
