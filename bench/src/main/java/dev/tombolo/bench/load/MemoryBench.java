package dev.tombolo.bench.load;

import dev.tombolo.bench.process.ProcessMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What one more connected, idle device costs the hub: the slope between two numbers of devices,
/// each connected to a hub that was just started. And what it costs a Mosquitto, in turn.
@Command(
    name = "memory",
    description = {
      "Memory of the hub per connected idle device, by a slope.",
      "The slope is that between two numbers of devices, each connected to a hub just started.",
      "Where Mosquitto is installed (" + Mosquitto.HOW_TO_INSTALL + "), also its own, in turn."
    },
    mixinStandardHelpOptions = true)
public final class MemoryBench implements Callable<Integer> {
  private static final Duration CONNECTED_WITHIN = Duration.ofMinutes(5);

  @Option(
      names = "--fewer",
      defaultValue = "1000",
      description = "the smaller number of devices (${DEFAULT-VALUE})")
  int fewer;

  @Option(
      names = "--devices",
      defaultValue = "5000",
      description = "the larger number of devices (${DEFAULT-VALUE})")
  int more;

  @Option(names = "--runs", defaultValue = "3", description = "measured runs (${DEFAULT-VALUE})")
  int runs;

  @Option(
      names = "--settle",
      defaultValue = "10",
      description = "seconds of idling before a look (${DEFAULT-VALUE})")
  int settleSeconds;

  @Mixin final FiguresFile file = new FiguresFile();

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("memory");
    Slope base = new Slope();
    Slope rss = new Slope();
    Slope collected = new Slope();
    Slope heap = new Slope();
    Slope plain = new Slope();
    Slope peer = new Slope();
    try (HubUnderLoad hub = HubUnderLoad.start(null)) {
      hub.assignSmallRelease();
      List<LoadIdentity> identities = hub.enrol(more);
      Optional<Path> mosquitto = Mosquitto.program();
      for (int run = 0; run < runs; run++) {
        for (int count : List.of(fewer, more)) {
          List<LoadIdentity> some = identities.subList(0, count);
          Look look = hub(hub, some, LoadLines.Transport.WEBSOCKET);
          base.add(count, look.baseKib);
          rss.add(count, look.rssKib);
          collected.add(count, look.collectedKib);
          heap.add(count, look.heapKib);
          plain.add(count, hub(hub, some, LoadLines.Transport.PLAIN).collectedKib);
          if (mosquitto.isPresent()) {
            peer.add(count, mosquitto(hub, mosquitto.get(), some));
          }
        }
      }
      figures.put("devices, fewer", fewer);
      figures.put("devices, more", more);
      figures.putSpread("hub RSS before connects, MiB", base.mib(more));
      figures.putSpread("hub RSS with more connected, MiB", rss.mib(more));
      figures.putSpread("hub RSS per device, KiB", rss.perDevice());
      figures.putSpread("hub RSS per device, garbage collected, KiB", collected.perDevice());
      figures.putSpread("hub heap per device, garbage collected, KiB", heap.perDevice());
      figures.putSpread("hub RSS per device, collected, no WebSocket, KiB", plain.perDevice());
      if (mosquitto.isPresent()) {
        figures.putSpread("Mosquitto RSS with more connected, MiB", peer.mib(more));
        figures.putSpread("Mosquitto RSS per device, KiB", peer.perDevice());
        figures.putSpread(
            "hub / Mosquitto, both without WebSocket",
            Figures.ratios(plain.perDevice(), peer.perDevice()));
      } else {
        figures.say("Mosquitto", "not installed; " + Mosquitto.HOW_TO_INSTALL);
      }
    }
    file.write(figures);
    return 0;
  }

  /// What a hub takes, in KiB.
  private record Look(double baseKib, double rssKib, double collectedKib, double heapKib) {}

  private Look hub(HubUnderLoad hub, List<LoadIdentity> some, LoadLines.Transport transport)
      throws Exception {
    hub.restart();
    hub.heap();
    settle();
    double base = hub.memory().rss();
    try (LoadLines lines = hub.lines(hub.edgePort(), transport)) {
      Wave first = new Wave(some.size());
      Swarm swarm = Swarm.connect(lines, some, CONNECTED_WITHIN, first);
      first.await(CONNECTED_WITHIN);
      settle();
      double rss = hub.memory().rss();
      double heap = hub.heap() / 1024.0;
      settle();
      double collected = hub.memory().rss();
      swarm.assertWhole();
      return new Look(base, rss, collected, heap);
    }
  }

  private double mosquitto(HubUnderLoad hub, Path program, List<LoadIdentity> some)
      throws Exception {
    try (Mosquitto mosquitto = hub.startMosquitto(program, Mosquitto.Persistence.NONE);
        LoadLines lines = hub.lines(mosquitto.port(), LoadLines.Transport.PLAIN)) {
      Swarm swarm = Swarm.connect(lines, some, CONNECTED_WITHIN, Swarm.IDLE);
      settle();
      ProcessMemory memory = mosquitto.memory();
      swarm.assertWhole();
      return memory.rss();
    }
  }

  private void settle() throws InterruptedException {
    Thread.sleep(Duration.ofSeconds(settleSeconds));
  }

  /// What was seen with fewer and with more devices, run by run.
  private final class Slope {
    private final List<Double> withFewer = new ArrayList<>();
    private final List<Double> withMore = new ArrayList<>();

    void add(int count, double kib) {
      (count == fewer ? withFewer : withMore).add(kib);
    }

    double[] perDevice() {
      double[] slopes = new double[withMore.size()];
      for (int run = 0; run < slopes.length; run++) {
        slopes[run] = (withMore.get(run) - withFewer.get(run)) / (more - fewer);
      }
      return slopes;
    }

    double[] mib(int count) {
      return (count == fewer ? withFewer : withMore)
          .stream().mapToDouble(kib -> kib / 1024).toArray();
    }
  }
}
