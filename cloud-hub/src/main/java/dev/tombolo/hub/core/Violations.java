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

  /// Of 16 bits each.
  private static final int NETWORK_GROUPS = 4;

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
    String host = hostOf(remote);
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
    return last == null || draft.nowMillis - last >= ALARM_MILLIS;
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
          if (draft.nowMillis - count.sinceMillis() >= WINDOW_MILLIS) {
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

  /// The address; of IPv6 the /64, which one customer has to himself.
  private static String hostOf(String remote) {
    int bracket = remote.indexOf(']');
    if (remote.startsWith("[") && bracket > 0) {
      return networkOf(remote.substring(1, bracket));
    }
    int colon = remote.indexOf(':');
    if (colon >= 0 && colon == remote.lastIndexOf(':')) {
      return remote.substring(0, colon);
    }
    return colon < 0 ? remote : networkOf(remote);
  }

  private static String networkOf(String address) {
    int gap = address.indexOf("::");
    List<String> groups =
        new ArrayList<>(List.of((gap < 0 ? address : address.substring(0, gap)).split(":")));
    groups.removeIf(String::isEmpty);
    while (groups.size() < NETWORK_GROUPS) {
      groups.add("0");
    }
    return String.join(":", groups.subList(0, NETWORK_GROUPS)) + "::/64";
  }
}
