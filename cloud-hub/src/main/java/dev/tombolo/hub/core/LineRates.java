package dev.tombolo.hub.core;

import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;

/// Learns how fast sites' lines are from what devices tell of their downloads.
final class LineRates {
  private final HubState state;

  LineRates(HubState state) {
    this.state = state;
  }

  void reported(DeviceId id, ReportBody.State said, StepDraft draft) {
    long rate = rate(said);
    DeviceRecord device = rate > 0 ? state.devices.get(id) : null;
    if (device != null && state.sites.containsKey(device.slot().site())) {
      LineRate.next(
              state.lineRates.get(device.slot().site()),
              device.slot().site(),
              rate,
              draft.nowMillis)
          .ifPresent(next -> draft.change(new HubChange.LineMeasured(next)));
    }
  }

  /// What came over the line into the site; 0 when nothing did.
  private static long rate(ReportBody.State said) {
    long rate = 0;
    for (ApplicationStatus application : said.applications()) {
      Transfer transfer = application.transfer();
      if (transfer != null && !isFromPeer(application)) {
        rate = Math.max(rate, transfer.bytesPerSecond());
      }
    }
    return rate;
  }

  private static boolean isFromPeer(ApplicationStatus application) {
    for (Reason reason : application.reasons()) {
      if (reason instanceof Reason.CopyingFromPeer || reason instanceof Reason.WaitingForPeer) {
        return true;
      }
    }
    return false;
  }
}
