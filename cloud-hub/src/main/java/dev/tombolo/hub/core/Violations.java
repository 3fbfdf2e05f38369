package dev.tombolo.hub.core;

import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;

/// Records broken rules and refusals in the audit, a few a minute from each remote address; the
/// rest is counted and told in one line, so that nobody can fill the disk by misbehaving.
final class Violations {
  static final int LINES_PER_REMOTE_MAX = 5;
  static final long WINDOW_MILLIS = 60_000;

  /// Remote addresses counted at once; beyond it all others share one count.
  static final int REMOTES_MAX = 1_000;

  /// One thing gives so often an alarm.
  static final long ALARM_MILLIS = 60 * 60 * 1_000;

  private static final String OTHERS = "others";

  private final HubState state;

  Violations(HubState state) {
    this.state = state;
  }

  void happened(HubEvent.Violated event, StepDraft draft) {
    String subject = event.device().map(device -> device.text()).orElse(event.remote());
    record(event.remote(), subject, event.what(), event.reason(), draft);
  }

  /// @param remote address, with or without a port, which does not count; IPv6 with a port in
  ///   brackets
  void record(String remote, String subject, String what, Reason reason, StepDraft draft) {
    String host = RemoteNetwork.of(remote);
    if (!state.violations.containsKey(host) && state.violations.size() >= REMOTES_MAX) {
      host = OTHERS;
    }
    ViolationCount count = state.violations.get(host);
    if (count == null) {
      count = new ViolationCount(draft.nowMillis, 0, 0);
    }
    if (count.recorded() < LINES_PER_REMOTE_MAX) {
      draft.audit(
          Principal.HUB, what, subject, AuditJson.of("remote", remote), AuditJson.of(reason));
      count = new ViolationCount(count.sinceMillis(), count.recorded() + 1, count.silent());
    } else {
      count = new ViolationCount(count.sinceMillis(), count.recorded(), count.silent() + 1);
    }
    draft.change(new HubChange.ViolationCounted(host, count));
  }

  /// False while the same thing has given alarm a short while ago.
  boolean alarms(String about, StepDraft draft) {
    Long last = state.alarms.get(about);
    return last == null || isOver(last, ALARM_MILLIS, draft.nowMillis);
  }

  /// Records what an operator must hear of, however much noise there is from that address.
  ///
  /// @param about what gives alarm at most once an hour
  void alarm(
      String remote, String subject, String what, Reason reason, String about, StepDraft draft) {
    draft.audit(Principal.HUB, what, subject, AuditJson.of("remote", remote), AuditJson.of(reason));
    draft.change(new HubChange.AlarmGiven(about, draft.nowMillis));
  }

  /// Tells what was only counted, once its minute is over.
  void summarise(StepDraft draft) {
    List<String> over = new ArrayList<>();
    state.violations.forEach(
        (remote, count) -> {
          if (isOver(count.sinceMillis(), WINDOW_MILLIS, draft.nowMillis)) {
            over.add(remote);
            if (count.silent() > 0) {
              draft.audit(
                  Principal.HUB,
                  "refusals-counted",
                  remote,
                  "",
                  AuditJson.of("count", Integer.toString(count.silent())));
            }
          }
        });
    if (!over.isEmpty()) {
      draft.change(new HubChange.ViolationsForgotten(over));
    }
  }

  /// What began in the future began before the clock was set back: nobody knows how long ago.
  private static boolean isOver(long sinceMillis, long millis, long nowMillis) {
    return nowMillis - sinceMillis >= millis || nowMillis < sinceMillis;
  }
}
