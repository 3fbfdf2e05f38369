package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import java.util.List;

/// People who look and change nothing: why a device is as it is, in the middle of everything, and
/// what a rollout would come to if it were begun now.
final class Looks {
  private static final double GAP_MILLIS = 6.0 * VirtualTime.DAY;

  /// Devices that somebody asks about at a time.
  private static final int DEVICES_MAX = 4;

  private final World world;
  private final Chance chance;
  private final ModelOwner planner;

  Looks(World world) {
    this.world = world;
    this.chance = world.chance("looks");
    this.planner = new ModelOwner(world);
  }

  void begin() {
    if (world.hasMorePlays()) {
      world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
    }
  }

  private void next() {
    if (!world.faultsAreOn()) {
      return;
    }
    world.counts().add("looks");
    for (int i = 0; i < DEVICES_MAX; i++) {
      Device device = chance.oneOf(world.devices());
      if (device.hasJoined()) {
        world.looksAt(device);
      }
    }
    List<Releases.Release> known = world.releases().of(chance.oneOf(Releases.APPLICATIONS));
    if (!known.isEmpty()) {
      world.previews(chance.oneOf(known), planner.scope(), planner.plan());
    }
    world.scheduler().in(world.gap(chance, GAP_MILLIS), this::next);
  }
}
