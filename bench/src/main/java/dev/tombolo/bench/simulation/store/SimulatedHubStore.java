package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.device.CertificateRecord;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The hub's state on a simulated disk: of each thing the newest committed change, in the order in
/// which they were committed; reading it back plays them.
public final class SimulatedHubStore implements HubStore {
  private final History history;
  private final LinkedHashMap<Object, HubChange.Durable> kept = new LinkedHashMap<>();
  private final Map<DeviceId, Set<Digest>> releases = new HashMap<>();

  /// Certificates that were replaced, by serial.
  private final Map<String, CertificateRecord> superseded = new LinkedHashMap<>();

  /// How far backups have each outbox, by the key of its newest rows.
  private final Map<Object, BackupMark> backedUp = new HashMap<>();

  private HubChange.@Nullable BackupNoted backup;

  /// @param begun through which row the backup has it that began last; -1: none
  /// @param done through which row a finished backup has it; -1: none
  private record BackupMark(long begun, long done) {
    static final BackupMark NONE = new BackupMark(-1, -1);
  }

  /// What a change replaces or takes away: another change with the same key.
  private record Key(Class<?> kind, Object first, @Nullable Object second) {
    /// Written out: every change asks for one.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key it
          && kind == it.kind
          && first.equals(it.first)
          && Objects.equals(second, it.second);
    }

    @Override
    public int hashCode() {
      return (kind.hashCode() * 31 + first.hashCode()) * 31 + Objects.hashCode(second);
    }
  }

  public SimulatedHubStore(History history) {
    this.history = history;
  }

  /// What is committed now, for itself.
  public SimulatedHubStore copy() {
    SimulatedHubStore copy = new SimulatedHubStore(history);
    copy.kept.putAll(kept);
    copy.superseded.putAll(superseded);
    copy.releases.putAll(releases);
    copy.backedUp.putAll(backedUp);
    copy.backup = backup;
    return copy;
  }

  @Override
  public HubState load() {
    HubState state = new HubState(history);
    Map<DeviceId, HubChange.RowsTaken> newest = new HashMap<>();
    for (HubChange.Durable change : kept.values()) {
      if (change instanceof HubChange.RowsTaken taken) {
        newest.put(taken.device(), taken);
      }
    }
    for (HubChange.Durable change : kept.values()) {
      if (change instanceof HubChange.RowsTaken taken) {
        BackupMark mark = backedUp.getOrDefault(keyOf(taken), BackupMark.NONE);
        state.apply(
            new HubChange.OutboxMarked(
                taken.device(),
                taken.incarnation(),
                taken.through(),
                mark.begun(),
                mark.done(),
                taken.takenMillis()));
      }
    }
    if (backup != null) {
      state.apply(backup);
    }
    for (HubChange.Durable change : kept.values()) {
      switch (change) {
        case HubChange.RowsTaken taken ->
            state.apply(
                marked(
                    taken,
                    taken.equals(newest.get(taken.device()))
                        ? releases.get(taken.device())
                        : null));
        case HubChange.PresencePut put ->
            state.apply(
                put.presence().online()
                    ? new HubChange.PresencePut(put.presence().gone(put.presence().seenMillis()))
                    : put);
        case HubChange.RolloutKept _ -> {}
        default -> state.apply(change);
      }
    }
    loadRollouts(state);
    return state;
  }

  @Override
  public Batch begin() {
    return new SimulatedBatch();
  }

  @Override
  public void close() {}

  private void keep(HubChange.Durable change) {
    Object key = keyOf(change);
    kept.remove(key);
    switch (change) {
      case HubChange.AssignmentRemoved _,
          HubChange.LiftEnded _,
          HubChange.GitGone _,
          HubChange.LineForgotten _,
          HubChange.PauseEnded _,
          HubChange.BlockDropped _,
          HubChange.StrangerGone _ -> {}
      case HubChange.RolloutKept(RolloutChange.Gone(var rollout)) ->
          kept.values()
              .removeIf(
                  it ->
                      it instanceof HubChange.RolloutKept(var its)
                          && its.rollout().equals(rollout));
      case HubChange.MarkForgotten _ -> backedUp.remove(key);
      case HubChange.BackupBegun begun -> {
        backup = new HubChange.BackupNoted(begun.id(), false);
        kept.forEach(
            (its, it) -> {
              if (it instanceof HubChange.RowsTaken taken) {
                long done = backedUp.getOrDefault(its, BackupMark.NONE).done();
                backedUp.put(its, new BackupMark(taken.through(), done));
              }
            });
      }
      case HubChange.BackupDone done -> {
        backup = new HubChange.BackupNoted(done.id(), true);
        backedUp.replaceAll(
            (its, mark) -> new BackupMark(mark.begun(), Math.max(mark.begun(), mark.done())));
      }
      // Loading makes them, and a restore.
      case HubChange.OutboxMarked marked ->
          backedUp.put(
              new Key(HubChange.RowsTaken.class, marked.device(), marked.incarnation()),
              new BackupMark(marked.begun(), marked.backedUp()));
      case HubChange.CertificatesEnded ended -> forget(ended);
      case HubChange.CertificatePut(var certificate) -> {
        if (isSuperseded(certificate)) {
          superseded.put(certificate.serial(), certificate);
        }
        kept.put(key, change);
      }
      case HubChange.TokenForgotten(var token) ->
          kept.values()
              .removeIf(
                  it -> it instanceof HubChange.TokenUsed(var use) && use.token().equals(token));
      case HubChange.DeviceCleared(var device) -> {
        releases.remove(device);
        backedUp.keySet().removeIf(its -> its instanceof Key it && it.first().equals(device));
        kept.values().removeIf(it -> isClearedWith(device, it));
      }
      case HubChange.RowsTaken taken -> {
        Set<Digest> seen = taken.releases();
        if (seen != null) {
          releases.put(taken.device(), seen);
        }
        kept.put(key, marked(taken, null));
      }
      default -> kept.put(key, change);
    }
  }

  private static boolean isClearedWith(DeviceId device, HubChange.Durable change) {
    return switch (change) {
      case HubChange.CertificatePut(var it) -> it.device().equals(device) && !isSuperseded(it);
      case HubChange.DocumentPut it -> it.document().device().equals(device);
      case HubChange.DocumentHeld it -> it.device().equals(device);
      case HubChange.PresencePut it -> it.presence().device().equals(device);
      case HubChange.RowsTaken it -> it.device().equals(device);
      default -> false;
    };
  }

  private void forget(HubChange.CertificatesEnded ended) {
    if (!isAnyOver(ended.millis())) {
      return;
    }
    superseded.values().stream()
        .filter(it -> it.notAfterMillis() < ended.millis())
        .sorted(Comparator.comparingLong(CertificateRecord::notAfterMillis))
        .limit(ended.atMost())
        .toList()
        .forEach(
            it -> {
              superseded.remove(it.serial());
              kept.remove(keyOf(new HubChange.CertificatePut(it)));
            });
  }

  private boolean isAnyOver(long millis) {
    for (CertificateRecord each : superseded.values()) {
      if (each.notAfterMillis() < millis) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSuperseded(CertificateRecord certificate) {
    return certificate.generation() == CertificateRecord.Generation.SUPERSEDED;
  }

  private static HubChange.RowsTaken marked(
      HubChange.RowsTaken taken, @Nullable Set<Digest> releases) {
    return new HubChange.RowsTaken(
        taken.device(),
        taken.incarnation(),
        taken.through(),
        taken.takenMillis(),
        List.of(),
        releases);
  }

  private static Object keyOf(HubChange.Durable change) {
    Class<?> kind = change.getClass();
    return switch (change) {
      case HubChange.HistoryMoved _,
          HubChange.HistoryRestored _,
          HubChange.BackupBegun _,
          HubChange.BackupDone _ ->
          kind;
      case HubChange.StrangerPut c -> new Key(kind, c.stranger().device(), null);
      case HubChange.StrangerGone c -> new Key(HubChange.StrangerPut.class, c.device(), null);
      case HubChange.OutboxMarked c -> new Key(kind, c.device(), c.incarnation());
      case HubChange.CounterMoved c -> new Key(kind, c.counter(), null);
      case HubChange.FleetPut c -> new Key(kind, c.fleet().content().name(), null);
      case HubChange.SitePut c -> new Key(kind, c.site().content().name(), null);
      case HubChange.SlotPut c -> new Key(kind, c.slot().content().ref(), null);
      case HubChange.ApplicationPut c ->
          new Key(kind, c.application().content().fleet(), c.application().content().name());
      case HubChange.GitPut c -> new Key(kind, c.fleet(), c.application());
      case HubChange.GitGone c -> new Key(HubChange.GitPut.class, c.fleet(), c.application());
      case HubChange.ObjectGone(AdminObject.Fleet it) ->
          new Key(HubChange.FleetPut.class, it.name(), null);
      case HubChange.ObjectGone(AdminObject.Site it) ->
          new Key(HubChange.SitePut.class, it.name(), null);
      case HubChange.ObjectGone(AdminObject.Slot it) ->
          new Key(HubChange.SlotPut.class, it.ref(), null);
      case HubChange.ObjectGone(AdminObject.Application it) ->
          new Key(HubChange.ApplicationPut.class, it.fleet(), it.name());
      case HubChange.ObjectGone(AdminObject.Rollout it) ->
          throw new IllegalStateException(it.title() + " goes by its own change");
      case HubChange.AssignmentPut c ->
          new Key(
              HubChange.AssignmentPut.class, c.assignment().place(), c.assignment().application());
      case HubChange.AssignmentRemoved c ->
          new Key(HubChange.AssignmentPut.class, c.place(), c.application());
      case HubChange.LiftPut c -> new Key(kind, c.lift().slot(), null);
      case HubChange.LiftEnded c -> new Key(HubChange.LiftPut.class, c.slot(), null);
      case HubChange.LineMeasured c -> new Key(kind, c.rate().site(), null);
      case HubChange.LineForgotten c -> new Key(HubChange.LineMeasured.class, c.site(), null);
      case HubChange.PausePut c -> new Key(kind, c.pause().place(), null);
      case HubChange.PauseEnded c -> new Key(HubChange.PausePut.class, c.place(), null);
      case HubChange.PublisherRootPut c -> new Key(kind, c.root().version(), null);
      case HubChange.ReleasePut c -> new Key(kind, c.release().digest(), null);
      case HubChange.TokenPut c -> new Key(kind, c.token().id(), null);
      case HubChange.TokenUsed c -> new Key(kind, c.use().token(), c.use().key());
      case HubChange.DevicePut c -> new Key(kind, c.device().id(), null);
      case HubChange.CertificatePut c -> new Key(kind, c.certificate().serial(), null);
      case HubChange.DocumentPut c -> new Key(kind, c.document().device(), null);
      case HubChange.DocumentHeld c -> new Key(kind, c.device(), null);
      case HubChange.PresencePut c -> new Key(kind, c.presence().device(), null);
      case HubChange.RowsTaken c -> new Key(kind, c.device(), c.incarnation());
      case HubChange.BlockPut c -> new Key(kind, c.block().log(), c.block().first());
      case HubChange.BlockDropped c ->
          new Key(HubChange.BlockPut.class, c.block().log(), c.block().first());
      case HubChange.MarkForgotten c ->
          new Key(HubChange.RowsTaken.class, c.device(), c.incarnation());
      case HubChange.TokenForgotten c -> new Key(HubChange.TokenPut.class, c.token(), null);
      case HubChange.DeviceCleared c -> new Key(kind, c.device(), null);
      case HubChange.CertificatesEnded _ -> kind;
      case HubChange.UserPut c -> new Key(kind, c.user().name(), null);
      case HubChange.AuditAppended _ -> kind;
      case HubChange.RolloutKept(var its) -> keyOf(its);
    };
  }

  private static Object keyOf(RolloutChange.Kept change) {
    Class<?> kind = change.getClass();
    return switch (change) {
      case RolloutChange.Put c -> new Key(kind, c.rollout(), null);
      case RolloutChange.Gone c -> new Key(RolloutChange.Put.class, c.rollout(), null);
      case RolloutChange.Joined c -> new Key(kind, c.rollout(), c.first());
      case RolloutChange.Moved c -> new Key(kind, c.rollout(), c.member());
      case RolloutChange.Counted c -> new Key(kind, c.rollout(), null);
    };
  }

  /// Rollouts first, then who is in them, then where each stands; older rollouts before newer ones.
  private void loadRollouts(HubState state) {
    kept.values().stream()
        .filter(HubChange.RolloutKept.class::isInstance)
        .map(HubChange.RolloutKept.class::cast)
        .sorted(
            Comparator.<HubChange.RolloutKept>comparingInt(it -> rank(it.change()))
                .thenComparing(it -> it.change().rollout())
                .thenComparingInt(
                    it -> it.change() instanceof RolloutChange.Joined joined ? joined.first() : 0))
        .forEach(state::apply);
  }

  private static int rank(RolloutChange.Kept change) {
    return switch (change) {
      case RolloutChange.Put _ -> 0;
      case RolloutChange.Joined _ -> 1;
      case RolloutChange.Moved _, RolloutChange.Counted _, RolloutChange.Gone _ -> 2;
    };
  }

  private final class SimulatedBatch implements Batch {
    private final List<HubChange.Durable> open = new ArrayList<>();
    private int mark;

    @Override
    public void savepoint() {
      mark = open.size();
    }

    @Override
    public void apply(List<HubChange> changes) {
      for (HubChange change : changes) {
        if (change instanceof HubChange.Durable durable) {
          open.add(durable);
        }
      }
    }

    @Override
    public void rollbackToSavepoint() {
      open.subList(mark, open.size()).clear();
    }

    @Override
    public void commit() {
      open.forEach(SimulatedHubStore.this::keep);
      open.clear();
    }

    @Override
    public void rollback() {
      open.clear();
    }
  }
}
