package dev.tombolo.bench.load;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Durable reports per second through the hub, and beside it, run by run in turn, what a Mosquitto
/// acknowledges of the same reports from the same devices.
@Command(
    name = "durable",
    description = {
      "Durable reports per second through one hub, acked after the commit.",
      "Where Mosquitto is installed (" + Mosquitto.HOW_TO_INSTALL + "), also what it acknowledges."
    },
    mixinStandardHelpOptions = true)
public final class DurableBench implements Callable<Integer> {
  private static final Duration CONNECTED_WITHIN = Duration.ofMinutes(3);
  private static final Duration WARM = Duration.ofSeconds(1);

  @Option(
      names = "--devices",
      defaultValue = "1000",
      description = "connected devices (${DEFAULT-VALUE})")
  int deviceCount;

  @Option(
      names = "--window",
      defaultValue = "4",
      description = "reports under way per device (${DEFAULT-VALUE})")
  int window;

  @Option(names = "--runs", defaultValue = "5", description = "measured runs (${DEFAULT-VALUE})")
  int runs;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "length of a run (${DEFAULT-VALUE})")
  int seconds;

  @Option(names = "--hub-cpus", description = "pin the hub to these processors, as taskset does")
  @Nullable String hubCpus;

  @Mixin final FiguresFile file = new FiguresFile();

  private final List<AutoCloseable> opened = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("durable");
    try (HubUnderLoad hub = HubUnderLoad.start(hubCpus)) {
      try {
        measure(hub, figures);
      } finally {
        for (AutoCloseable it : opened.reversed()) {
          it.close();
        }
      }
    }
    file.write(figures);
    return 0;
  }

  private void measure(HubUnderLoad hub, Figures figures) throws Exception {
    List<LoadIdentity> identities = hub.enrol(deviceCount);
    List<Contender> contenders = new ArrayList<>();
    Optional<Path> mosquitto = Mosquitto.program();
    if (mosquitto.isPresent()) {
      for (Mosquitto.Persistence persistence :
          List.of(Mosquitto.Persistence.EVERY_SECOND, Mosquitto.Persistence.EVERY_CHANGE)) {
        Mosquitto peer = hub.startMosquitto(mosquitto.get(), persistence);
        opened.add(peer);
        LoadLines lines = hub.lines(peer.port(), LoadLines.Transport.PLAIN);
        contenders.add(
            contender("Mosquitto " + persistence.words(), lines, identities, true, peer::cpuNanos));
      }
    }
    contenders.addFirst(contender("hub", hub.lines(), identities, false, hub::cpuNanos));
    for (int run = 0; run < runs; run++) {
      for (Contender contender : contenders) {
        contender.run(run);
      }
    }
    figures.put("devices", deviceCount);
    Contender ours = contenders.getFirst();
    figures.putSpread("durable reports per second", ours.perSecond);
    figures.putSpread("cores the hub took", ours.cores);
    for (Contender peer : contenders.subList(1, contenders.size())) {
      figures.putSpread(peer.name + ", acknowledged per second", peer.perSecond);
      figures.putSpread(peer.name + ", cores", peer.cores);
      figures.putSpread("hub / " + peer.name, Figures.ratios(ours.perSecond, peer.perSecond));
    }
    if (mosquitto.isEmpty()) {
      figures.say("Mosquitto", "not installed; " + Mosquitto.HOW_TO_INSTALL);
    }
  }

  private Contender contender(
      String name,
      LoadLines lines,
      List<LoadIdentity> identities,
      boolean isBroker,
      LongSupplier cpuNanos)
      throws Exception {
    opened.add(lines);
    Swarm swarm = Swarm.connect(lines, identities, CONNECTED_WITHIN, Swarm.IDLE);
    return new Contender(name, swarm, new Refilling(swarm, isBroker), cpuNanos, runs);
  }

  /// One who takes reports, and how fast.
  private final class Contender {
    private final String name;
    private final Swarm swarm;
    private final Refilling load;
    private final LongSupplier cpuNanos;
    private final double[] perSecond;
    private final double[] cores;

    Contender(String name, Swarm swarm, Refilling load, LongSupplier cpuNanos, int runs) {
      this.name = name;
      this.swarm = swarm;
      this.load = load;
      this.cpuNanos = cpuNanos;
      this.perSecond = new double[runs];
      this.cores = new double[runs];
    }

    void run(int run) throws InterruptedException {
      load.begin(window);
      Thread.sleep(WARM);
      long cpu = cpuNanos.getAsLong();
      long from = System.nanoTime();
      long before = load.answered();
      Thread.sleep(Duration.ofSeconds(seconds));
      long nanos = System.nanoTime() - from;
      perSecond[run] = (load.answered() - before) * 1e9 / nanos;
      cores[run] = (cpuNanos.getAsLong() - cpu) / (double) nanos;
      load.end();
      swarm.assertWhole();
    }
  }
}
