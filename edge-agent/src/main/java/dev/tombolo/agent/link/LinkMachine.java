package dev.tombolo.agent.link;

import dev.tombolo.agent.link.LinkState.Ended;
import dev.tombolo.agent.link.LinkState.Open;
import dev.tombolo.agent.link.LinkState.Opening;
import dev.tombolo.agent.link.LinkState.Waiting;
import dev.tombolo.protocol.reason.Reason;

/// The moves of [LinkState].
public final class LinkMachine {
  /// A line that lasted this long has ended the row of failures.
  static final long LASTED_MILLIS = 30_000;

  /// An attempt without news for this long is given up, whatever its adapter thinks.
  static final long OPENING_MAX_MILLIS = 120_000;

  /// A hub cannot send a device away for longer than this.
  static final int RETRY_AFTER_SECONDS_MAX = 3_600;

  private final Backoff backoff;
  private final int links;

  /// @param links how many ways to the hub there are; tried in turn
  public LinkMachine(Backoff backoff, int links) {
    this.backoff = backoff;
    this.links = links;
  }

  public LinkState start(long nowMillis, double draw) {
    return new Waiting(
        nowMillis + backoff.delayMillis(0, draw), 0, 0, new Reason.Starting("connecting"));
  }

  /// What kept the device out is mended: the next attempt is due at once.
  public LinkState hurried(LinkState state, long nowMillis) {
    return state instanceof Waiting at ? new Waiting(nowMillis, 0, at.next(), at.cause()) : state;
  }

  public boolean isDue(LinkState state, long nowMillis) {
    return state instanceof Waiting at && nowMillis >= at.untilMillis();
  }

  /// @param line the connect count, persisted before this attempt begins
  public LinkState opening(Waiting at, long line, long nowMillis) {
    return new Opening(line, nowMillis, at.failures(), at.next());
  }

  public LinkState opened(LinkState state, long line, long nowMillis) {
    return state instanceof Opening at && at.line() == line
        ? new Open(line, nowMillis, at.failures(), at.link())
        : state;
  }

  public LinkState closed(
      LinkState state,
      long line,
      Reason reason,
      int retryAfterSeconds,
      long nowMillis,
      double draw) {
    int retryAfter = Math.min(RETRY_AFTER_SECONDS_MAX, Math.max(0, retryAfterSeconds));
    return switch (state) {
      case Opening at when at.line() == line ->
          waiting(at.failures(), next(at.link()), reason, retryAfter, nowMillis, draw);
      case Open at when at.line() == line -> {
        boolean lasted = nowMillis - at.sinceMillis() >= LASTED_MILLIS;
        yield waiting(lasted ? 0 : at.failures(), at.link(), reason, retryAfter, nowMillis, draw);
      }
      case Waiting at -> at;
      case Opening at -> at;
      case Open at -> at;
      case Ended at -> at;
    };
  }

  /// True when the attempt has hung for too long.
  public boolean hangs(LinkState state, long nowMillis) {
    return state instanceof Opening at && nowMillis - at.sinceMillis() >= OPENING_MAX_MILLIS;
  }

  private Waiting waiting(
      int failures, int next, Reason reason, int retryAfter, long nowMillis, double draw) {
    long delay = backoff.delayMillis(failures, retryAfter, draw);
    return new Waiting(nowMillis + delay, failures + 1, next, reason);
  }

  private int next(int link) {
    return (link + 1) % links;
  }
}
