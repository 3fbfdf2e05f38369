package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Name;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How fast a site's line was, as its devices reported while they downloaded over it. One a site;
/// what is newer counts more.
///
/// @param samples that it is made of
/// @param measuredMillis when the last of them came
public record LineRate(Name site, long bytesPerSecond, int samples, long measuredMillis) {
  /// A sample in so long: a device tells its rate every few seconds.
  public static final long EVERY_MILLIS = 30_000;

  /// What is older says nothing of the line any more.
  public static final long KEEP_MILLIS = 90L * 24 * 3_600_000;

  public static final int SAMPLES_MAX = 1_000_000;

  /// The newest sample's share: 1 in so many.
  private static final int WEIGHT = 4;

  /// The rate after a device there has told one; empty when that changes nothing.
  public static Optional<LineRate> next(
      @Nullable LineRate before, Name site, long bytesPerSecond, long nowMillis) {
    if (bytesPerSecond <= 0) {
      return Optional.empty();
    }
    if (before == null || !before.isOf(nowMillis)) {
      return Optional.of(new LineRate(site, bytesPerSecond, 1, nowMillis));
    }
    if (Math.abs(nowMillis - before.measuredMillis) < EVERY_MILLIS) {
      return Optional.empty();
    }
    long rate = before.bytesPerSecond + (bytesPerSecond - before.bytesPerSecond) / WEIGHT;
    return Optional.of(
        new LineRate(
            site, Math.max(1, rate), Math.min(SAMPLES_MAX, before.samples + 1), nowMillis));
  }

  /// Whether it still says something.
  public boolean isOf(long nowMillis) {
    return nowMillis - measuredMillis < KEEP_MILLIS;
  }
}
