package dev.tombolo.hub.net;

import dev.tombolo.hub.core.SiteLine;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.BitRate;
import java.time.InstantSource;
import java.util.Optional;

/// The bytes of files and bundles on their way to one site, all its devices together: each piece
/// gets its moment, one behind the other. Each device keeps to the same bound by itself; this is
/// for those that fetch different things at once. Thread-safe.
final class SiteLane {
  /// What was not used lately may be used in one go, so much of it: nobody asks to the millisecond.
  static final long CREDIT_MILLIS = 250;

  /// So often the hours are looked at.
  private static final long LOOK_MILLIS = 1_000;

  /// A piece takes no longer than this, so that all downloads of a site move on a slow line.
  private static final int PIECES_PER_SECOND = 4;

  private final SiteLine line;
  private final Bandwidth bandwidth;
  private final InstantSource clock;
  private Optional<BitRate> bound = Optional.empty();
  private long lookAtMillis = Long.MIN_VALUE;
  private double freeAtMillis;

  SiteLane(SiteLine line, InstantSource clock, long nowMillis) {
    this.line = line;
    this.clock = clock;
    int year = SiteWindows.year(line.site().text(), clock.millis());
    this.bandwidth =
        new Bandwidth(SiteWindows.line(line.timeZone(), Optional.of(line.rules()), year, null));
    this.freeAtMillis = nowMillis;
  }

  boolean isOf(SiteLine other) {
    return line.equals(other);
  }

  /// Whatever it was asked for is through.
  boolean isIdle(long nowMillis) {
    return freeAtMillis() < nowMillis;
  }

  private synchronized double freeAtMillis() {
    return freeAtMillis;
  }

  /// The largest piece to ask for now, at most `bytes`.
  synchronized int piece(int bytes, long nowMillis) {
    return bound(nowMillis)
        .map(rate -> (int) Math.min(bytes, rate.bytesPerSecond() / PIECES_PER_SECOND))
        .orElse(bytes);
  }

  /// Takes the next place for a piece.
  ///
  /// @return when it may be sent, by the same clock as `nowMillis`
  synchronized long reserve(int bytes, long nowMillis) {
    Optional<BitRate> rate = bound(nowMillis);
    if (rate.isEmpty()) {
      freeAtMillis = nowMillis;
      return nowMillis;
    }
    double at = Math.max(freeAtMillis, nowMillis - CREDIT_MILLIS);
    freeAtMillis = at + bytes * 1_000.0 / rate.get().bytesPerSecond();
    return Math.max(nowMillis, (long) Math.ceil(at));
  }

  private Optional<BitRate> bound(long nowMillis) {
    if (nowMillis >= lookAtMillis) {
      bound = bandwidth.at(clock.millis());
      lookAtMillis = nowMillis + LOOK_MILLIS;
    }
    return bound;
  }
}
