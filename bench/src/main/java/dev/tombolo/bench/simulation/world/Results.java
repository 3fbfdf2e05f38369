package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.id.Name;
import java.util.List;

/// What workloads hand in: people counted, a few times a day, sometimes in bursts.
final class Results {
  private static final double GAP_MILLIS = 80.0 * VirtualTime.HOUR;
  private static final int BURST_MAX = 90;
  private static final List<Name> CHANNELS = List.of(new Name("people"), new Name("queue"));

  private final World world;
  private final Chance chance;
  private long requests;

  Results(World world) {
    this.world = world;
    this.chance = world.chance("results");
  }

  void begin(Device device) {
    world.scheduler().in(world.gap(chance, GAP_MILLIS), () -> next(device));
  }

  private void next(Device device) {
    if (!world.faultsAreOn()) {
      return;
    }
    if (device.isUp() && !device.workloads().isEmpty()) {
      int count = chance.isWithin(0.01) ? chance.below(BURST_MAX) + 1 : 1;
      Name channel = chance.oneOf(CHANNELS);
      for (int i = 0; i < count; i++) {
        long request = ++requests;
        device.offer(
            new AgentEvent.ResultHandedIn(request, channel, "{\"count\":" + request + "}"));
      }
    }
    begin(device);
  }

  void kept(Device device, long request) {
    world.counts().add("results kept");
    world.trace().mix(request + device.number());
  }

  void refused(Device device, long request) {
    world.counts().add("results refused");
    world.trace().mix(request + device.number());
  }
}
