package dev.tombolo.hub.core;

import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.device.RowTime;
import dev.tombolo.protocol.Features;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes what devices report: new rows are kept and then acknowledged, repeats only acknowledged.
final class Reports {
  /// What an agent says happened when it did not take a document.
  private static final String DESIRED_REFUSED = "desired-refused";

  private final HubState state;
  private final Documents documents;
  private final RolloutDriver rollouts;
  private final LineRates lines;

  Reports(HubState state, Documents documents, RolloutDriver rollouts) {
    this.state = state;
    this.documents = documents;
    this.rollouts = rollouts;
    this.lines = new LineRates(state);
  }

  void said(HubEvent.ReportSaid event, StepDraft draft) {
    LiveSession session = state.sessions.get(event.device());
    if (session == null) {
      // Its line lives on without the hub knowing it: it has to begin anew.
      draft.effect(new HubEffect.CloseSession(event.session(), HubTurn.TRY_LATER));
      return;
    }
    if (!session.id().equals(event.session())) {
      return;
    }
    Report report = event.report();
    if (report.rows().size() > Limits.REPORT_ROWS_MAX) {
      draft.effect(
          new HubEffect.CloseSession(
              session.id(),
              new Reason.LimitExceeded(
                  "rows of a report", Limits.REPORT_ROWS_MAX, report.rows().size())));
      return;
    }
    DeviceId device = event.device();
    long before = state.markOf(device, report.incarnation());
    long through =
        isAfterGap(device, report, before)
            ? Math.max(0, before)
            : take(session, report, before, draft);
    draft.effect(
        new HubEffect.SendAcked(
            session.id(),
            device,
            state.acked(device, report.incarnation(), through, draft.nowMillis)));
    draft.effect(new HubEffect.PacketTaken(session.id(), event.packet()));
  }

  /// A broker may have dropped a report before this one, though it had taken it: an acknowledgement
  /// of this one would make the device forget the rows of that. It is told where the hub stands,
  /// and sends again from there.
  private boolean isAfterGap(DeviceId device, Report report, long mark) {
    PresenceRecord presence = state.presences.get(device);
    return presence != null
        && presence.features().contains(Features.FOLLOWS)
        && report.after() > Math.max(0, mark);
  }

  private long take(LiveSession session, Report report, long before, StepDraft draft) {
    DeviceId device = session.device();
    long through = before;
    boolean isRefused = false;
    List<ReportRow> rows = new ArrayList<>(report.rows().size());
    ReportRow newestState = null;
    for (Report.Row row : report.rows()) {
      if (row.sequence() <= through) {
        continue;
      }
      through = row.sequence();
      ReportRow taken =
          new ReportRow(
              0,
              row.sequence(),
              RowTime.of(report, row, draft.nowMillis),
              row.wallMillis(),
              row.body());
      if (row.body() instanceof ReportBody.State) {
        newestState = taken;
      } else {
        rows.add(taken);
        isRefused |=
            row.body() instanceof ReportBody.Happened happened
                && happened.what().equals(DESIRED_REFUSED);
      }
    }
    if (newestState != null) {
      rows.add(newestState);
    }
    if (through > before) {
      makeRoom(device, report.incarnation(), before, draft);
      RowFiling filing = new RowFiling(state, draft.nowMillis);
      rows.replaceAll(row -> numbered(row, filing));
      draft.change(
          new HubChange.RowsTaken(
              device, report.incarnation(), through, draft.nowMillis, rows, kept(newestState)));
      filing.tell(draft);
    }
    if (isRefused) {
      documents.refused(session, draft);
    }
    if (newestState != null && newestState.body() instanceof ReportBody.State said) {
      documents.reported(session, said, draft);
      rollouts.reported(device, said, draft);
      lines.reported(device, said, draft);
    }
    return through;
  }

  private static ReportRow numbered(ReportRow row, RowFiling filing) {
    return new ReportRow(
        filing.file(row.body()), row.sequence(), row.hubMillis(), row.wallMillis(), row.body());
  }

  /// A device that makes outbox after outbox loses the mark of the one it has not used for longest.
  private void makeRoom(DeviceId device, String incarnation, long mark, StepDraft draft) {
    List<HubState.OutboxMark> marks = state.outboxMarks.getOrDefault(device, List.of());
    if (mark < 0 && marks.size() >= HubState.INCARNATIONS_MAX) {
      draft.change(new HubChange.MarkForgotten(device, marks.getFirst().incarnation()));
    }
  }

  /// The releases a device has live or keeps to fall back on.
  private static @Nullable Set<Digest> kept(@Nullable ReportRow row) {
    if (row == null || !(row.body() instanceof ReportBody.State reported)) {
      return null;
    }
    Set<Digest> releases = new HashSet<>();
    for (ApplicationStatus application : reported.applications()) {
      if (application.live() != null) {
        releases.add(application.live());
      }
      if (application.previous() != null) {
        releases.add(application.previous());
      }
    }
    return Set.copyOf(releases);
  }
}
