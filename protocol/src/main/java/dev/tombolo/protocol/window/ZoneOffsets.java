package dev.tombolo.protocol.window;

import java.util.List;
import java.util.OptionalLong;

/// How far a zone is ahead of UTC, and when that changes. Shipped with the desired document, for a
/// device in the dark has an old time zone database, or none. After the last change known it stays
/// as it is.
///
/// @param zone IANA name, for people
/// @param offsetSeconds before the first change
/// @param changes in their order
public record ZoneOffsets(String zone, int offsetSeconds, List<Change> changes) {
  /// No place on earth is farther from UTC.
  public static final int OFFSET_SECONDS_MAX = 18 * 3600;

  public ZoneOffsets {
    changes = List.copyOf(changes);
    if (Math.abs(offsetSeconds) > OFFSET_SECONDS_MAX || !inOrder(changes)) {
      throw new IllegalArgumentException("not the offsets of a zone: " + zone);
    }
  }

  /// @param atSeconds since 1970-01-01T00:00Z
  /// @param offsetSeconds ahead of UTC from then on
  public record Change(long atSeconds, int offsetSeconds) {}

  public static boolean inOrder(List<Change> changes) {
    long before = Long.MIN_VALUE / 1000;
    for (Change change : changes) {
      if (change.atSeconds() <= before
          || change.atSeconds() > Long.MAX_VALUE / 1000
          || Math.abs(change.offsetSeconds()) > OFFSET_SECONDS_MAX) {
        return false;
      }
      before = change.atSeconds();
    }
    return true;
  }

  /// What a clock on the wall shows at `atMillis`.
  long local(long atMillis) {
    int offset = offsetSeconds;
    for (Change change : changes) {
      if (atMillis < change.atSeconds() * 1000) {
        break;
      }
      offset = change.offsetSeconds();
    }
    return atMillis + offset * 1000L;
  }

  /// The first change after `atMillis`.
  OptionalLong nextChange(long atMillis) {
    for (Change change : changes) {
      if (change.atSeconds() * 1000 > atMillis) {
        return OptionalLong.of(change.atSeconds() * 1000);
      }
    }
    return OptionalLong.empty();
  }
}
