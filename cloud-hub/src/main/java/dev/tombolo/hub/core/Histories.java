package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.Delivery;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.message.Presence;
import dev.tombolo.protocol.reason.Reason;
import java.util.Map;

/// Keeps the hub's epoch above every other that its devices have seen: a hub restored from the same
/// backup as another, or from an older one, would else be refused by who met the other.
final class Histories {
  /// A device that claims more than this above ours is not believed: it could use up all epochs.
  static final long STEP_MAX = 1_000;

  /// Each move has every document made anew, so a device is believed once within this time.
  static final long PAUSE_MILLIS = 60 * 60 * 1_000;

  /// So often within that time all devices together are believed.
  static final int MOVES_MAX = 4;

  private static final int ID_DIGITS = 32;

  private final HubState state;
  private final Violations violations;

  Histories(HubState state, Violations violations) {
    this.state = state;
    this.violations = violations;
  }

  /// The history in force once this birth has been taken into account. Only the first of a session
  /// counts, and few of those: a device that makes others up would have all documents made anew
  /// with each.
  History seen(LiveSession session, Presence.Birth birth, StepDraft draft) {
    DeviceId device = session.device();
    History ours = state.history;
    History shown = birth.history();
    boolean isFirst =
        session.delivery() instanceof Delivery.AwaitingBirth
            || session.delivery() instanceof Delivery.Listening;
    if (!isFirst || shown == null || shown.epoch() < ours.epoch() || shown.id().equals(ours.id())) {
      return ours;
    }
    if (shown.epoch() - ours.epoch() > STEP_MAX
        || shown.epoch() >= Limits.INTEGER_MAX
        || isTooOften(device, draft.nowMillis)) {
      violations.record(
          session.remote(),
          device.text(),
          "history-doubted",
          new Reason.DocumentStale(shown.epoch(), birth.revision(), ours.epoch(), birth.revision()),
          draft);
      return ours;
    }
    long epoch = shown.epoch() + 1;
    // Derived instead of drawn, so that deciding stays repeatable; ours is random.
    String id = Digest.ofText(ours.id() + "|" + epoch).hex().substring(0, ID_DIGITS);
    History next = new History(epoch, id);
    draft.change(new HubChange.HistoryMoved(next));
    draft.change(new HubChange.HistoryBelieved(device, draft.nowMillis));
    draft.change(HubChange.DocumentsStale.EVERYWHERE);
    draft.audit(
        Principal.HUB,
        "history-moved",
        device.text(),
        AuditJson.of(Map.of("epoch", Long.toString(ours.epoch()), "history", ours.id())),
        AuditJson.of(Map.of("epoch", Long.toString(epoch), "history", id, "shown", shown.id())));
    return next;
  }

  /// What was believed in the future was so before the clock was set back: nobody knows when.
  private boolean isTooOften(DeviceId device, long nowMillis) {
    long recent = 0;
    for (HubChange.HistoryBelieved before : state.believed) {
      long age = nowMillis - before.millis();
      if (age >= 0 && age < PAUSE_MILLIS) {
        if (before.device().equals(device)) {
          return true;
        }
        recent++;
      }
    }
    return recent >= MOVES_MAX;
  }
}
