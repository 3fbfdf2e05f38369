package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import io.netty.channel.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// All lines of one event loop, looked at together a few times a second, instead of timers for
/// each. Also keeps the events that must not get lost while the hub's inbox is full.
final class LineSweep {
  private static final Logger LOG = System.getLogger(LineSweep.class.getName());

  private final Set<Line> lines = new LinkedHashSet<>();
  private final ArrayDeque<HubEvent> late = new ArrayDeque<>();
  private final HubInbox inbox;
  private final EdgeCounters counters;

  LineSweep(EventLoop loop, HubInbox inbox, EdgeCounters counters) {
    this.inbox = inbox;
    this.counters = counters;
    loop.scheduleWithFixedDelay(
        this::sweep, EdgeBounds.SWEEP_MILLIS, EdgeBounds.SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  void add(Line line) {
    lines.add(line);
  }

  void remove(Line line) {
    lines.remove(line);
  }

  void forEach(Consumer<Line> action) {
    List.copyOf(lines).forEach(action);
  }

  /// Monotonic.
  long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }

  /// Hands in an event that ends something. At most a few per line are ever waiting.
  void offerSurely(HubEvent event) {
    if (!late.isEmpty() || !inbox.offer(event)) {
      counters.inboxFull.increment();
      late.add(event);
    }
  }

  private void sweep() {
    while (!late.isEmpty() && inbox.offer(late.peek())) {
      late.remove();
    }
    long now = nowMillis();
    for (Line line : new ArrayList<>(lines)) {
      try {
        line.swept(now);
      } catch (RuntimeException failure) {
        // Else this sweep, and with it every deadline of this event loop, would end for good.
        LOG.log(Level.ERROR, "a line failed and is closed: " + line.remote(), failure);
        line.abort();
      }
    }
  }
}
