package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.bench.simulation.store.SimulatedHubStore;
import dev.tombolo.bench.simulation.trust.HubKeys;
import dev.tombolo.hub.core.RestoreSteps;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.id.Digest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Backups of the hub, kept elsewhere, and what is made of them when its machine is lost. Half of
/// the worlds have some.
final class Backups {
  private static final double GAP_MILLIS = 6.0 * VirtualTime.DAY;
  private static final int KEPT_MAX = 4;

  /// Of backups that are begun.
  private static final double UNFINISHED_SHARE = 0.15;

  private final World world;
  private final Chance chance;
  private final boolean areMade;
  private final List<Backup> kept = new ArrayList<>();
  private @Nullable Backup lastRestored;
  private long made;

  /// @param millis of the hub's clock when it was made
  /// @param bookmark puts what the invariants know of the database back to that moment
  /// @param keys whose private halves are in it
  record Backup(
      String id, long millis, SimulatedHubStore database, Runnable bookmark, HubKeys keys) {}

  /// A backup that is to be put in place of the hub's database.
  record Restored(Backup backup, RestoreSteps.Order order) {}

  Backups(World world) {
    this.world = world;
    this.chance = world.chance("backups");
    this.areMade = world.mayFault(FaultKind.HUB_RESTORED) && chance.isWithin(0.5);
  }

  boolean areMade() {
    return areMade;
  }

  void begin() {
    if (areMade) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
    }
  }

  private void next() {
    if (world.faultsAreOn()) {
      make();
      begin();
    }
  }

  void make() {
    String id = "backup-" + ++made;
    world.operators().ask(new AdminCommand.BeginBackup(id), answer -> copyLater(id, answer));
  }

  /// While a rollout is on its way: a backup, then permits that it does not have, then a site goes
  /// dark with them and the hub's machine is lost.
  void disaster() {
    make();
    world
        .scheduler()
        .in(
            chance.between(10 * VirtualTime.MINUTE, 3 * VirtualTime.HOUR),
            () -> {
              if (world.mayFault(FaultKind.HUB_RESTORED)) {
                world.faulted(FaultKind.HUB_RESTORED);
                world
                    .network()
                    .block(
                        chance.below(world.plan().sites()),
                        true,
                        true,
                        chance.between(VirtualTime.HOUR, 12 * VirtualTime.HOUR));
                restore();
              }
            });
  }

  private void copyLater(String id, AdminAnswer answer) {
    if (answer instanceof AdminAnswer.Done) {
      world.scheduler().in(chance.between(100, 20_000), () -> copy(id));
    }
  }

  /// The file is copied as it stands, whether the process runs or not.
  private void copy(String id) {
    if (chance.isWithin(UNFINISHED_SHARE)) {
      world.counts().add("backups not finished");
      return;
    }
    SimulatedHubStore copy = world.hub().copyOfDatabase();
    if (copy == null) {
      // Nothing goes on with a copy of a real database; that there is one is all that is told.
      finish(id);
      return;
    }
    HubKeys keys = world.hub().keys();
    kept.add(new Backup(id, world.hub().now(), copy, world.bookmark(), keys));
    if (kept.size() > KEPT_MAX) {
      kept.removeFirst();
    }
    finish(id);
  }

  private void finish(String id) {
    world
        .operators()
        .ask(
            new AdminCommand.FinishBackup(id, Digest.ofText(id), 1_000),
            answer -> world.counts().add("backups made"));
  }

  /// The hub's machine is lost; another goes on with a backup: the newest, an older one, or the
  /// same once more. What is left of the old database may be at hand or not.
  void restore() {
    restore(chosen());
  }

  void restoreNewest() {
    restore(kept.isEmpty() || !world.hub().isUp() ? null : kept.getLast());
  }

  private void restore(@Nullable Backup backup) {
    // One from before the CA was replaced cannot serve devices that know the new one.
    if (backup == null || !backup.keys().root().equals(world.hub().keys().root())) {
      return;
    }
    world.counts().add("restores from " + (backup == kept.getLast() ? "the newest" : "an older"));
    if (backup == lastRestored) {
      world.counts().add("restores from the same backup again");
    }
    lastRestored = backup;
    boolean isOldDatabaseAtHand = chance.isWithin(0.5);
    RestoreSteps.Order order =
        new RestoreSteps.Order(
            backup.millis(),
            Digest.ofText(backup.id()),
            isOldDatabaseAtHand ? world.hub().epoch() : 0,
            HexFormat.of().toHexDigits(chance.next()) + HexFormat.of().toHexDigits(chance.next()),
            List.of(),
            "alice");
    world
        .hub()
        .isLost(
            new Restored(backup, order),
            chance.between(150 * VirtualTime.SECOND, 12 * VirtualTime.MINUTE));
    if (backup != kept.getLast()) {
      world.lostRows();
    }
    world
        .scheduler()
        .in(
            chance.between(VirtualTime.HOUR, 6 * VirtualTime.HOUR),
            () -> world.business().pushAllAgain());
  }

  /// A restore is over once this has been done.
  void hurry() {
    if (lastRestored != null) {
      world.business().pushAllAgain();
    }
  }

  private @Nullable Backup chosen() {
    Backup last = lastRestored;
    if (kept.isEmpty() || !world.hub().isUp()) {
      return null;
    }
    if (last != null && kept.contains(last) && chance.isWithin(0.3)) {
      return last;
    }
    return chance.isWithin(0.7) ? kept.getLast() : chance.oneOf(kept);
  }
}
