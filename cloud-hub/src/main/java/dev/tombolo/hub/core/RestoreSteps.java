package dev.tombolo.hub.core;

import dev.tombolo.hub.core.HubState.OutboxMark;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresentedCertificate;
import dev.tombolo.hub.device.Restoration;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What must change in a backup's database before a hub may go on with it: a history of its own
/// with a higher epoch, no join token of before, and the revocations that came after the backup.
public final class RestoreSteps {
  private final HubState state;
  private final StepDraft draft;
  private int tokensVoided;
  private int standingsTaken;

  private RestoreSteps(HubState state, long nowMillis) {
    this.state = state;
    this.draft = new StepDraft(nowMillis, state.lastAudit);
  }

  /// @param epochAbove every epoch that is known to have been in use
  /// @param historyId drawn at random
  /// @param by who restores, for the audit
  public record Order(
      long backupMillis,
      Digest archive,
      long epochAbove,
      String historyId,
      List<Noted> journal,
      String by) {
    public Order {
      journal = List.copyOf(journal);
    }
  }

  /// A line of the journal of revocations.
  public record Noted(DeviceId device, Standing standing, long millis) {}

  /// @param tokensVoided join tokens that are of no use any more
  /// @param standingsTaken devices whose standing the journal changed
  public record Outcome(
      List<HubChange> changes, History history, int tokensVoided, int standingsTaken) {
    public Outcome {
      changes = List.copyOf(changes);
    }
  }

  public static Outcome of(HubState state, Order order, long nowMillis) {
    RestoreSteps steps = new RestoreSteps(state, nowMillis);
    History before = state.history;
    History next = new History(Math.max(before.epoch(), order.epochAbove()) + 1, order.historyId());
    steps.draft.change(
        new HubChange.HistoryRestored(
            next, Restoration.after(state.restoration, order.backupMillis(), nowMillis)));
    steps.suspectPermits(nowMillis);
    steps.voidTokens();
    steps.skipNumbers();
    steps.noteBackup(order);
    steps.takeJournal(order.journal());
    steps.draft.audit(
        Principal.HUB,
        "restore",
        "history " + next.id(),
        AuditJson.of(Map.of("epoch", Long.toString(before.epoch()), "history", before.id())),
        AuditJson.of(
            Map.of(
                "epoch",
                Long.toString(next.epoch()),
                "archive",
                order.archive().hex(),
                "by",
                order.by(),
                "tokensVoided",
                Integer.toString(steps.tokensVoided),
                "standingsTaken",
                Integer.toString(steps.standingsTaken))));
    return new Outcome(
        steps.draft.finish().changes(), next, steps.tokensVoided, steps.standingsTaken);
  }

  /// Any permit may have been given since the backup: each counts as long as it could be good.
  private void suspectPermits(long nowMillis) {
    for (Rollout rollout : state.rollouts.all()) {
      draft.change(
          new HubChange.RolloutKept(new RolloutChange.Put(rollout.record().restored(nowMillis))));
    }
  }

  private void voidTokens() {
    for (JoinTokenRecord token : state.tokens.values()) {
      if (token.revokedMillis() == null) {
        draft.change(new HubChange.TokenPut(token.revoked(draft.nowMillis)));
        tokensVoided++;
      }
    }
  }

  /// Who reads rows on from the last number that the lost hub told must not wait until as many have
  /// come again.
  private void skipNumbers() {
    for (RowLog log : RowLog.values()) {
      RowBlock newest = state.blocks(log).newest();
      long last = newest == null ? state.counter(log.gone()) : newest.last();
      draft.change(
          new HubChange.CounterMoved(
              log.above(), Math.max(last, state.counter(log.above())) + RowLog.RESTORE_SKIPS));
    }
  }

  /// Devices keep what no backup has; this one has all that is in it.
  private void noteBackup(Order order) {
    String id = state.backup == null ? order.historyId() : state.backup.id();
    if (state.backup == null) {
      draft.change(new HubChange.BackupBegun(id, order.backupMillis()));
    }
    draft.change(new HubChange.BackupDone(id, order.archive(), order.backupMillis()));
    state.outboxMarks.forEach(
        (device, marks) -> {
          long place = 0;
          for (OutboxMark mark : marks) {
            draft.change(
                new HubChange.OutboxMarked(
                    device,
                    mark.incarnation(),
                    mark.through(),
                    mark.through(),
                    mark.through(),
                    draft.nowMillis + place++));
          }
        });
  }

  private void takeJournal(List<Noted> journal) {
    Map<DeviceId, Noted> newest = new LinkedHashMap<>();
    journal.forEach(noted -> newest.put(noted.device(), noted));
    Map<SlotRef, DeviceId> holders = new HashMap<>(state.holders);
    // Who was let in may have been given the slot of one that was put out.
    for (boolean isLetIn : new boolean[] {false, true}) {
      for (Noted noted : newest.values()) {
        if (isLetIn == (noted.standing() == Standing.ACTIVE)) {
          take(noted, holders);
        }
      }
    }
  }

  private void take(Noted noted, Map<SlotRef, DeviceId> holders) {
    DeviceRecord device = state.devices.get(noted.device());
    if (device == null) {
      takeUnknown(noted);
    } else if (noted.standing() != device.standing()
        // Revoked is for ever, whatever a clock said when.
        && (noted.standing() == Standing.REVOKED
            || noted.millis() > device.standingSinceMillis())) {
      take(device, noted, holders);
    }
  }

  /// Enrolled after the backup: if it was shut out for ever, it must not be let in as a newcomer.
  private void takeUnknown(Noted noted) {
    if (noted.standing() != Standing.REVOKED) {
      return;
    }
    Stranger known = state.strangers.get(noted.device());
    if (known != null && !known.isRevoked()) {
      draft.change(new HubChange.StrangerPut(known.revoked(noted.millis())));
      standingsTaken++;
    } else if (known == null) {
      draft.change(
          new HubChange.StrangerPut(
              new Stranger(
                  new PresentedCertificate(
                      noted.device(), "", Digest.ofText(noted.device().text()), 0, 0),
                  true,
                  "",
                  noted.millis())));
      standingsTaken++;
    }
  }

  private void take(DeviceRecord device, Noted noted, Map<SlotRef, DeviceId> holders) {
    if (noted.standing() == Standing.ACTIVE) {
      DeviceId holder = holders.putIfAbsent(device.slot(), device.id());
      if (holder != null) {
        return;
      }
      draft.change(new HubChange.DevicePut(device.approvedFor(device.slot(), noted.millis())));
    } else {
      holders.remove(device.slot(), device.id());
      draft.change(
          new HubChange.DevicePut(
              device.withStanding(
                  noted.standing(), reason(device, noted.standing()), noted.millis())));
    }
    standingsTaken++;
  }

  private static Reason reason(DeviceRecord device, Standing standing) {
    String id = device.id().text();
    String detail = "so it says in the journal of revocations";
    return switch (standing) {
      case REVOKED -> new Reason.DeviceRevoked(id);
      case WAITING -> new Reason.ApprovalNeeded(id, detail);
      case QUARANTINED, ACTIVE -> new Reason.DeviceQuarantined(id, detail);
    };
  }
}
