package dev.tombolo.bench.load;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.ReportBody;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Durable reports per second: every device keeps a window of reports under way, each its own
/// packet with one row, and sends the next when the hub says `acked`, that is, after its commit.
@Command(
    name = "durable",
    description = "Durable reports per second through one hub, acked only after the commit.",
    mixinStandardHelpOptions = true)
public final class DurableBench implements Callable<Integer> {
  private static final Name CHANNEL = new Name("people");
  private static final String RESULT = "{\"entered\":12,\"left\":9,\"zone\":\"door\"}";

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

  @Option(names = "--json", description = "also write the figures to this file")
  @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("durable");
    try (HubUnderLoad hub = HubUnderLoad.start(hubCpus)) {
      List<LoadIdentity> identities = hub.enrol(deviceCount);
      try (LoadLines lines = hub.lines()) {
        Swarm swarm = Swarm.connect(lines, identities, Duration.ofMinutes(3), Swarm.IDLE);
        LongAdder acked = new LongAdder();
        swarm.react(new Refill(acked));
        begin(swarm);
        Thread.sleep(Duration.ofSeconds(seconds));
        double[] perSecond = new double[runs];
        double[] cores = new double[runs];
        for (int run = 0; run < runs; run++) {
          long cpu = hub.cpuNanos();
          long from = System.nanoTime();
          long before = acked.sum();
          Thread.sleep(Duration.ofSeconds(seconds));
          long nanos = System.nanoTime() - from;
          perSecond[run] = (acked.sum() - before) * 1e9 / nanos;
          cores[run] = (hub.cpuNanos() - cpu) / (double) nanos;
        }
        swarm.assertWhole();
        figures.put("devices", deviceCount);
        figures.putSpread("durable reports per second", perSecond);
        figures.putSpread("cores the hub took", cores);
      }
    }
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  private void begin(Swarm swarm) {
    for (LoadDevice device : swarm.devices()) {
      device.onItsLoop(
          () -> {
            for (int i = 0; i < window; i++) {
              device.report(new ReportBody.Result(CHANNEL, RESULT));
            }
          });
    }
  }

  /// Sends one more report for each that became durable.
  private static final class Refill implements Swarm.Reaction {
    private final LongAdder acked;

    Refill(LongAdder acked) {
      this.acked = acked;
    }

    @Override
    public void desired(LoadDevice device, DesiredUpdate update) {}

    @Override
    public void acked(LoadDevice device, Acked ack) {
      long fresh = device.durableThrough(ack.through());
      acked.add(fresh);
      for (long i = 0; i < fresh; i++) {
        device.report(new ReportBody.Result(CHANNEL, RESULT));
      }
    }
  }
}
