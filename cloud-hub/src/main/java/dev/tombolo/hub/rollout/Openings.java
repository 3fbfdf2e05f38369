package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.window.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The moments at which something may be done, from one moment on and for a bounded time ahead.
/// Sites with the same windows share it.
final class Openings {
  /// How far ahead is looked.
  static final long AHEAD_MILLIS = 60L * 24 * 3_600_000;

  /// At any time.
  static final Openings ALWAYS = new Openings(List.of(new Span(0, Long.MAX_VALUE)));

  private static final int SPANS_MAX = 2_000;
  private static final int BITS = 8;
  private static final int SECOND_MILLIS = 1_000;

  private final List<Span> spans;

  private record Span(long fromMillis, long untilMillis) {}

  private Openings(List<Span> spans) {
    this.spans = List.copyOf(spans);
  }

  static Openings of(Optional<Windows> windows, Windows.Kind kind, long nowMillis) {
    if (windows.isEmpty()) {
      return ALWAYS;
    }
    List<Span> spans = new ArrayList<>();
    long end = nowMillis + AHEAD_MILLIS;
    long at = nowMillis;
    while (at < end && spans.size() < SPANS_MAX) {
      OptionalLong opens = windows.get().nextOpening(kind, at);
      if (opens.isEmpty() || opens.getAsLong() >= end) {
        break;
      }
      OptionalLong closes = windows.get().nextClosing(kind, opens.getAsLong());
      if (closes.isEmpty()) {
        spans.add(new Span(opens.getAsLong(), Long.MAX_VALUE));
        break;
      }
      spans.add(new Span(opens.getAsLong(), closes.getAsLong()));
      at = closes.getAsLong();
    }
    return new Openings(spans);
  }

  /// When work that takes so long, and may be done a part in each opening, is done; empty when not
  /// within the time that is looked ahead.
  OptionalLong done(long fromMillis, long needsMillis) {
    long left = needsMillis;
    for (Span span : spans) {
      long from = Math.max(span.fromMillis, fromMillis);
      if (from >= span.untilMillis) {
        continue;
      }
      if (left <= span.untilMillis - from) {
        return OptionalLong.of(from + left);
      }
      left -= span.untilMillis - from;
    }
    return OptionalLong.empty();
  }

  /// How a download goes.
  ///
  /// @param doneMillis empty when not within the time that is looked ahead
  /// @param openMillis of openings that it takes
  record Load(OptionalLong doneMillis, long openMillis) {}

  /// A download that goes on in each opening, as fast as the line may be then.
  Load load(long fromMillis, long bytes, LineSpeed speed) {
    double left = (double) bytes * BITS * SECOND_MILLIS;
    long open = 0;
    long end = fromMillis + AHEAD_MILLIS;
    for (Span span : spans) {
      long at = Math.max(span.fromMillis, fromMillis);
      while (at < Math.min(span.untilMillis, end)) {
        long perSecond = speed.at(at);
        long until = Math.min(span.untilMillis, speed.until(at).orElse(Long.MAX_VALUE));
        long needs = (long) (left / perSecond);
        if (needs <= until - at) {
          return new Load(OptionalLong.of(at + needs), open + needs);
        }
        left -= (double) perSecond * (until - at);
        open += until - at;
        at = until;
      }
    }
    return new Load(OptionalLong.empty(), open + (long) (left / speed.lowest()));
  }

  /// The longest opening there is; 0: none.
  long longestMillis() {
    long longest = 0;
    for (Span span : spans) {
      longest = Math.max(longest, span.untilMillis - span.fromMillis);
    }
    return longest;
  }

  /// How many openings work that takes so long needs, if each is as long as the longest; 0: it
  /// never comes to its end.
  int needed(long needsMillis) {
    long longest = longestMillis();
    return longest == 0
        ? 0
        : (int) Math.min(Integer.MAX_VALUE, (needsMillis + longest - 1) / longest);
  }
}
