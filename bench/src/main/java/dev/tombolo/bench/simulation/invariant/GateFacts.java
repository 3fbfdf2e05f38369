package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What devices have told of one rollout, and what people have said to it: enough to judge its
/// gates and its failure limits without the engine's own counts. Goes back with the hub's database.
final class GateFacts {
  /// As it stood when the change was made that is looked at.
  RolloutRecord record;

  /// Slots whose device said that it runs the release.
  final Set<SlotRef> succeeded = new HashSet<>();

  /// Slots whose device used a permit, and said that it rolled back.
  final Set<SlotRef> failed = new HashSet<>();

  /// Slots whose device ever said that it rolled back, or that it refuses the release for good, and
  /// has not said since that it runs it.
  final Set<SlotRef> saidNo = new HashSet<>();

  /// Which hardware it was that failed in a slot.
  final Map<SlotRef, DeviceId> failedBy = new HashMap<>();

  /// By which permit it failed that it told of: nothing more becomes of that one.
  final Map<SlotRef, Permit> failedWith = new HashMap<>();

  /// Since when the hub knows that a site has as many failures as it may have.
  final Map<Name, Long> fullSince = new HashMap<>();

  /// The last wave that is open; -1: none.
  int openThrough = -1;

  /// It was through with all its devices once: it stays good for those that come later.
  boolean hasCompleted;

  boolean isHealthy;

  /// Since when the open wave has been healthy; 0: it is not.
  long healthySince;

  /// The same, by what the hub itself has written down, and not for a moment otherwise since.
  long surelyHealthySince;

  /// Ticks of the hub through which the next wave had to begin.
  int dueTicks;

  /// Ticks of the hub through which it was not.
  int unhealthyTicks;

  /// Whether so much has failed, as it was last judged, and when that was.
  boolean hasFailed;

  long judged = -1;

  /// Ticks of the hub through which so much had failed that the rollout has to end.
  int failedTicks;

  /// Since the last wave was opened.
  boolean isApproved;

  boolean isOpenedAnyway;

  /// No permit may begin after this moment, until somebody says otherwise; null: one may.
  @Nullable Long stoppedSince;

  /// Failures of older permits were forgiven.
  long retriedMillis;

  GateFacts(RolloutRecord record) {
    this.record = record;
  }

  GateFacts copy() {
    GateFacts copy = new GateFacts(record);
    copy.succeeded.addAll(succeeded);
    copy.failed.addAll(failed);
    copy.saidNo.addAll(saidNo);
    copy.failedBy.putAll(failedBy);
    copy.failedWith.putAll(failedWith);
    copy.fullSince.putAll(fullSince);
    copy.openThrough = openThrough;
    copy.hasCompleted = hasCompleted;
    copy.isHealthy = isHealthy;
    copy.healthySince = healthySince;
    copy.surelyHealthySince = surelyHealthySince;
    copy.dueTicks = dueTicks;
    copy.unhealthyTicks = unhealthyTicks;
    copy.failedTicks = failedTicks;
    copy.isApproved = isApproved;
    copy.isOpenedAnyway = isOpenedAnyway;
    copy.stoppedSince = stoppedSince;
    copy.retriedMillis = retriedMillis;
    return copy;
  }
}
