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

  /// Of results that no agent takes, or hardly: too long, or of one channel more.
  private static final double ODD_SHARE = 0.004;

  private static final int ODD_CHANNELS = 9;
  private static final int LONG = 40_000;
  private static final int MANY_BYTES = 9_000;

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
      if (world.hasMorePlays() && chance.isWithin(ODD_SHARE)) {
        odd(device);
      }
    }
    begin(device);
  }

  private void odd(Device device) {
    boolean isLong = chance.isWithin(0.3);
    for (int i = 0; i < (isLong ? 1 : 4); i++) {
      Name channel = new Name("odd-" + chance.below(ODD_CHANNELS));
      String text = "x".repeat(isLong ? LONG : chance.isWithin(0.5) ? MANY_BYTES : 1);
      device.offer(new AgentEvent.ResultHandedIn(++requests, channel, "\"" + text + "\""));
    }
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
