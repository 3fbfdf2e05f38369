package dev.tombolo.hub.core;

import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.protocol.id.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/// Forgets what is no longer needed, a slice at each tick. Never forgotten: the audit, and that a
/// device was revoked.
final class Pruning {
  /// A join token is known so long after it ended: it is listed, and who presents it hears why it
  /// is refused. Later it is one of the unknown ones. Longer than a repeated enrolment is answered.
  static final Duration TOKEN_KEEP = Duration.ofDays(30);

  /// What a revoked device was, did and held is shown so long; then only its tombstone stays.
  static final Duration REVOKED_KEEP = Duration.ofDays(90);

  /// How often replaced certificates that have run out are looked for.
  static final long CERTIFICATES_EVERY_MILLIS = 10 * 60 * 1000;

  /// Of these, so many go at once.
  static final int CERTIFICATES_SLICE = 250;

  /// Tokens and expelled devices looked at in one step.
  static final int LOOK_SLICE = 500;

  /// Rows of token uses forgotten in one step, give or take one token's.
  static final int USES_SLICE = 500;

  /// Blocks of one log dropped in one step, however many have come: what that leaves goes with the
  /// next ones.
  static final int BLOCKS_SLICE = 256;

  /// Devices cleared in one step.
  static final int DEVICES_SLICE = 50;

  private final HubSettings settings;
  private final HubState state;
  private final LiftCommands lifts;

  Pruning(HubSettings settings, HubState state) {
    this.settings = settings;
    this.state = state;
    this.lifts = new LiftCommands(state);
  }

  /// Drops rows that have to go: one block more than have begun since, so that it keeps up with
  /// what comes and gets to the end of what is left.
  ///
  /// @param isClockSure false: only what there is no room for goes
  /// @return true when more has to go than may in one step
  boolean rows(boolean isClockSure, StepDraft draft) {
    boolean areResultsLeft = dropRows(RowLog.RESULTS, settings.results(), isClockSure, draft);
    return dropRows(RowLog.EVENTS, settings.events(), isClockSure, draft) || areResultsLeft;
  }

  /// All but rows.
  ///
  /// @param isClockSure false: nothing goes for its age
  /// @param areRowsLeft what [#rows] said
  void slice(boolean isClockSure, boolean areRowsLeft, StepDraft draft) {
    lifts.forget(draft);
    Sweep sweep = state.sweep;
    if (!isClockSure) {
      move(
          new Sweep(sweep.token(), sweep.device(), sweep.certificatesMillis(), areRowsLeft), draft);
      return;
    }
    boolean isTime =
        draft.nowMillis - sweep.certificatesMillis() >= CERTIFICATES_EVERY_MILLIS
            || draft.nowMillis < sweep.certificatesMillis();
    if (isTime) {
      draft.change(new HubChange.CertificatesEnded(draft.nowMillis, CERTIFICATES_SLICE));
    }
    move(
        new Sweep(
            forgetTokens(sweep.token(), draft),
            forgetDevices(sweep.device(), draft),
            isTime ? draft.nowMillis : sweep.certificatesMillis(),
            areRowsLeft),
        draft);
  }

  private void move(Sweep next, StepDraft draft) {
    if (!next.equals(state.sweep)) {
      draft.change(new HubChange.SweepMoved(next));
    }
  }

  /// Drops the oldest blocks when they have to go; true when more has to.
  private boolean dropRows(RowLog log, RowQuota quota, boolean isClockSure, StepDraft draft) {
    RowBlocks blocks = state.blocks(log);
    long bytes = blocks.bytes();
    long rows = blocks.rows();
    int most = Math.min(blocks.due() + 1, BLOCKS_SLICE);
    int dropped = 0;
    boolean isMoreLeft = false;
    RowBlock last = null;
    for (RowBlock block : blocks) {
      boolean isOver = bytes > quota.bytesMax() || rows > quota.rowsMax();
      boolean isOld =
          isClockSure && draft.nowMillis - block.takenMillis() > quota.keep().toMillis();
      isMoreLeft = (isOver || isOld) && dropped == most;
      if ((!isOver && !isOld) || isMoreLeft) {
        break;
      }
      draft.change(new HubChange.BlockDropped(block));
      bytes -= block.bytes();
      rows -= block.rows();
      last = block;
      dropped++;
    }
    if (last != null) {
      draft.change(new HubChange.CounterMoved(log.gone(), last.last()));
    }
    int due = isMoreLeft ? Math.max(0, blocks.due() - dropped) : 0;
    if (due != blocks.due()) {
      draft.change(new HubChange.BlocksFollowed(log, due));
    }
    return isMoreLeft;
  }

  private String forgetTokens(String after, StepDraft draft) {
    int looked = 0;
    int uses = 0;
    for (JoinTokenRecord token : state.tokens.tailMap(after, false).values()) {
      if (looked++ == LOOK_SLICE || uses >= USES_SLICE) {
        return after;
      }
      if (draft.nowMillis - endOf(token) >= TOKEN_KEEP.toMillis()) {
        draft.change(new HubChange.TokenForgotten(token.id()));
        uses += 1 + state.tokenUses.getOrDefault(token.id(), List.of()).size();
      }
      after = token.id();
    }
    return "";
  }

  private static long endOf(JoinTokenRecord token) {
    Long revoked = token.revokedMillis();
    return revoked == null ? token.expiresMillis() : Math.min(revoked, token.expiresMillis());
  }

  private @Nullable DeviceId forgetDevices(@Nullable DeviceId after, StepDraft draft) {
    NavigableSet<DeviceId> rest =
        after == null ? state.expelled : state.expelled.tailSet(after, false);
    int looked = 0;
    List<DeviceId> forgotten = new ArrayList<>();
    DeviceId at = after;
    for (DeviceId id : rest) {
      if (looked++ == LOOK_SLICE || forgotten.size() == DEVICES_SLICE) {
        forgotten.forEach(device -> draft.change(new HubChange.DeviceCleared(device)));
        return at;
      }
      DeviceRecord device = state.devices.get(id);
      if (device != null && isLongRevoked(device, draft.nowMillis) && state.isAnythingKept(id)) {
        forgotten.add(id);
      }
      at = id;
    }
    forgotten.forEach(device -> draft.change(new HubChange.DeviceCleared(device)));
    return null;
  }

  /// Its certificates must have run out: until then revocation lists name them.
  private boolean isLongRevoked(DeviceRecord device, long nowMillis) {
    return device.standing() == Standing.REVOKED
        && nowMillis - device.standingSinceMillis() >= REVOKED_KEEP.toMillis()
        && isOver(state.currentCertificates.get(device.id()), nowMillis)
        && isOver(state.pendingCertificates.get(device.id()), nowMillis);
  }

  private static boolean isOver(@Nullable CertificateRecord certificate, long nowMillis) {
    return certificate == null || certificate.notAfterMillis() < nowMillis;
  }
}
