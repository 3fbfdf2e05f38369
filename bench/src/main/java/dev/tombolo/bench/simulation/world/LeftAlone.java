package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The hub is gone for a site just when one of its devices is about to fetch what another one has
/// whole.
final class LeftAlone {
  private static final double SHARE = 0.4;
  private static final long SOON_MILLIS = 3_000;
  private static final long GONE_MILLIS = 50 * VirtualTime.MINUTE;

  /// An idle agent of this world looks at its clock rarely.
  private static final long ENOUGH_MILLIS = 45 * VirtualTime.MINUTE;

  private final World world;
  private final Chance chance;
  private final Set<Integer> sites = new HashSet<>();

  LeftAlone(World world) {
    this.world = world;
    this.chance = world.chance("left alone");
  }

  /// These are durable now.
  void committed(Device device, List<AgentChange> changes) {
    for (AgentChange change : changes) {
      if (change instanceof AgentChange.ApplicationKept(var it)
          && it.state() instanceof ReleaseState.Fetching at
          && at.route() instanceof Route.Asking) {
        begin(device, it.name(), at.wanted());
      }
    }
  }

  private void begin(Device device, Name application, Assignment wanted) {
    if (!world.hasMorePlays()
        || !world.mayFault(FaultKind.PARTITION)
        || device.isCopy()
        || sites.contains(device.site())) {
      return;
    }
    Device neighbour = whoHas(device, wanted);
    if (neighbour != null && chance.isWithin(SHARE)) {
      sites.add(device.site());
      world
          .scheduler()
          .in(chance.between(0, SOON_MILLIS), () -> leave(device, application, wanted, neighbour));
    }
  }

  private @Nullable Device whoHas(Device device, Assignment wanted) {
    for (Device other : world.devices()) {
      if (other != device && other.site() == device.site() && hasWhole(other, wanted)) {
        return other;
      }
    }
    return null;
  }

  private boolean hasWhole(Device device, Assignment wanted) {
    ReleaseManifest manifest = world.releases().manifest(wanted.release());
    return device.isUp()
        && !device.isCopy()
        && device.manners.kind() == Manners.Kind.GOOD
        && manifest != null
        && wanted.variant() >= 0
        && manifest.variants().get(wanted.variant()).files().stream()
            .allMatch(it -> device.files.isRight(it.digest()));
  }

  private void leave(Device device, Name application, Assignment wanted, Device neighbour) {
    if (!world.mayFault(FaultKind.PARTITION)
        || !world.expects(device, application, wanted, neighbour)) {
      sites.remove(device.site());
      return;
    }
    world.faulted(FaultKind.PARTITION);
    world.counts().add("left alone");
    world.say(
        device.number(),
        "the hub is gone while it fetches %s, which device-%d has"
            .formatted(wanted.release().brief(), neighbour.number()));
    world.network().block(device.site(), true, true, GONE_MILLIS);
    long starts = neighbour.starts();
    world
        .scheduler()
        .in(
            ENOUGH_MILLIS,
            () -> {
              sites.remove(device.site());
              boolean mayHave =
                  world.faultsAreOn()
                      && neighbour.starts() == starts
                      && hasWhole(neighbour, wanted)
                      && !device.disk().isFull();
              if (world.hasFinished(device, mayHave)) {
                world.counts().add("left alone, over in time");
              }
            });
  }
}
