package dev.tombolo.hub.net;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.reason.Reason;
import java.util.Optional;

/// Passes on who broke which rule, for the audit. Strangers get so many lines a second, lest they
/// fill the disk; all are counted.
final class Violations {
  private final HubInbox inbox;
  private final EdgeCounters counters;
  private final TokenBucket strangers;

  Violations(HubInbox inbox, EdgeCounters counters) {
    this.inbox = inbox;
    this.counters = counters;
    this.strangers =
        new TokenBucket(
            EdgeBounds.STRANGER_AUDITS_PER_SECOND,
            EdgeBounds.STRANGER_AUDITS_PER_SECOND,
            nowMillis());
  }

  void report(Optional<DeviceId> device, String remote, String what, Reason reason) {
    counters.violations.increment();
    if (device.isEmpty() && !mayReportStranger()) {
      return;
    }
    if (!inbox.offer(new HubEvent.Violated(device, remote, what, reason))) {
      counters.inboxFull.increment();
    }
  }

  private synchronized boolean mayReportStranger() {
    return strangers.take(nowMillis());
  }

  // Monotonic: a wall clock set back would silence the audit.
  private static long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }
}
