package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.audit.AuditChain;
import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.protocol.id.DeviceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// I11: each audit record follows the one before it, and what needs one has one in its batch.
final class AuditIsWhole extends Invariant {
  private static final String RESTORE = "restore";

  /// What ends rollouts with what they were about.
  private static final Set<String> ENDING = Set.of(RESTORE, "unassign", "remove");

  private long sequence;
  private String hash = AuditChain.BEGINNING;
  private final Map<DeviceId, Standing> standings = new HashMap<>();
  private final Map<RolloutId, RolloutState> rollouts = new HashMap<>();

  AuditIsWhole() {
    super("I11");
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    List<String> actions = new ArrayList<>();
    for (HubChange change : changes) {
      if (change instanceof HubChange.AuditAppended(var record)) {
        follows(record);
        actions.add(record.action());
      }
    }
    for (HubChange change : changes) {
      switch (change) {
        case HubChange.TokenUsed _ -> needs(actions, "enrol");
        case HubChange.AssignmentPut _ -> needs(actions, "assign");
        case HubChange.AssignmentRemoved _ -> needs(actions, "unassign");
        case HubChange.ObjectGone _ -> needs(actions, "remove");
        case HubChange.LiftPut _ -> needs(actions, "override");
        case HubChange.PausePut _ -> needs(actions, "transfer-pause");
        case HubChange.ReleasePut _ -> needs(actions, "release-push");
        case HubChange.PublisherRootPut _ -> needs(actions, "publisher-trust");
        case HubChange.UserPut _ -> needsOneOf(actions, List.of("user-created", "user-revoked"));
        case HubChange.DevicePut(var device) -> standing(device, actions);
        case HubChange.RolloutKept(RolloutChange.Put(var record)) -> state(record, actions);
        case HubChange.RolloutKept(RolloutChange.Gone(var id)) -> rollouts.remove(id);
        default -> {}
      }
    }
  }

  @Override
  Runnable bookmark() {
    long sequenceThen = sequence;
    String hashThen = hash;
    Map<DeviceId, Standing> standingsThen = Map.copyOf(standings);
    Map<RolloutId, RolloutState> rolloutsThen = Map.copyOf(rollouts);
    return () -> {
      standings.clear();
      standings.putAll(standingsThen);
      rollouts.clear();
      rollouts.putAll(rolloutsThen);
      sequence = sequenceThen;
      hash = hashThen;
    };
  }

  /// Who comes in by a token has its line for that.
  private void standing(DeviceRecord device, List<String> actions) {
    Standing before = standings.put(device.id(), device.standing());
    if (before == device.standing() || (before == null && device.isActive())) {
      return;
    }
    switch (device.standing()) {
      case ACTIVE -> needsOneOf(actions, List.of("device-approve", RESTORE));
      case QUARANTINED -> needsOneOf(actions, List.of("quarantine", RESTORE));
      case REVOKED -> needsOneOf(actions, List.of("device-revoke", "device-replaced", RESTORE));
      case WAITING -> needsOneOf(actions, List.of("recover-waits", RESTORE));
    }
  }

  /// Whatever moves a rollout, and whoever lets it go on.
  private void state(RolloutRecord record, List<String> actions) {
    RolloutState after = record.state();
    RolloutState before = rollouts.put(record.id(), after);
    boolean isNews =
        before == null
            || !before.getClass().equals(after.getClass())
            || before.openThrough() != after.openThrough()
            || (before instanceof RolloutState.Rolling was
                && after instanceof RolloutState.Rolling is
                && !is.approvedBy().isEmpty()
                && !is.approvedBy().equals(was.approvedBy()));
    hold(
        !isNews
            || actions.stream().anyMatch(it -> it.startsWith("rollout-") || ENDING.contains(it)),
        -1,
        () -> record.id() + " comes from " + before + " to " + after + " without an audit line");
  }

  private void needsOneOf(List<String> actions, List<String> any) {
    hold(
        any.stream().anyMatch(actions::contains),
        -1,
        () -> "a change without its audit line, one of " + any);
  }

  private void needs(List<String> actions, String action) {
    hold(actions.contains(action), -1, () -> "a change without its audit line '" + action + "'");
  }

  private void follows(AuditRecord record) {
    hold(
        record.sequence() == sequence + 1,
        -1,
        () -> "audit record " + record.sequence() + " follows " + sequence);
    hold(
        record.previous().equals(hash),
        -1,
        () -> "audit record " + record.sequence() + " has no chain");
    hold(
        AuditChain.hashOf(record).equals(record.hash()),
        -1,
        () -> "audit record " + record.sequence() + " has another hash");
    sequence = record.sequence();
    hash = record.hash();
  }
}
