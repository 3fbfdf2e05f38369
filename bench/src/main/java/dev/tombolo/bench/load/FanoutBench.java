package dev.tombolo.bench.load;

import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One changed field for all connected devices: from the operator's `apply` until the last device's
/// report that it holds the new document is durable. And what a connected device costs the hub.
@Command(
    name = "fanout",
    description = "One changed field for all connected devices, until the last report is durable.",
    mixinStandardHelpOptions = true)
public final class FanoutBench implements Callable<Integer> {
  @Option(
      names = "--devices",
      defaultValue = "5000",
      description = "connected devices (${DEFAULT-VALUE})")
  int deviceCount;

  @Option(names = "--runs", defaultValue = "5", description = "measured changes (${DEFAULT-VALUE})")
  int runs;

  @Option(names = "--json", description = "also write the figures to this file")
  @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("fanout");
    try (HubUnderLoad hub = HubUnderLoad.start(null)) {
      hub.assignSmallRelease();
      List<LoadIdentity> identities = hub.enrol(deviceCount);
      ProcessMemory before = hub.memory();
      try (LoadLines lines = hub.lines()) {
        Wave first = new Wave(deviceCount);
        Swarm swarm = Swarm.connect(lines, identities, Duration.ofMinutes(5), first);
        first.await(Duration.ofMinutes(3));
        ProcessMemory after = hub.memory();
        figures.put("devices", deviceCount);
        figures.put("hub RSS before connects, MiB", before.rss() / 1024.0);
        figures.put("hub RSS with all connected, MiB", after.rss() / 1024.0);
        figures.put(
            "hub RSS growth by connecting, warm heap, KiB each",
            (after.rss() - before.rss()) / (double) deviceCount);
        double[] seconds = new double[runs + 1];
        for (int run = 0; run <= runs; run++) {
          Wave wave = new Wave(deviceCount);
          swarm.react(wave);
          long from = System.nanoTime();
          hub.changeOneField(run);
          wave.await(Duration.ofMinutes(2));
          seconds[run] = (System.nanoTime() - from) / 1e9;
        }
        swarm.assertWhole();
        figures.put("first change (cold), seconds", seconds[0]);
        figures.putSpread(
            "change durable everywhere, seconds",
            java.util.Arrays.copyOfRange(seconds, 1, runs + 1));
      }
    }
    if (json != null) {
      figures.write(json);
    }
    return 0;
  }

  /// One change on its way: every device that gets it reports it, and counts when that is acked.
  private static final class Wave implements Swarm.Reaction {
    private final CountDownLatch outstanding;
    private final AtomicInteger updates = new AtomicInteger();

    Wave(int devices) {
      outstanding = new CountDownLatch(devices);
    }

    void await(Duration limit) throws InterruptedException {
      if (!outstanding.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            outstanding.getCount()
                + " devices did not report the change; "
                + updates
                + " updates came");
      }
    }

    @Override
    public void desired(LoadDevice device, DesiredUpdate update) {
      updates.incrementAndGet();
      device.awaitDurable(device.reportState(update));
    }

    @Override
    public void acked(LoadDevice device, Acked acked) {
      if (device.becameDurable(acked.through())) {
        outstanding.countDown();
      }
    }
  }
}
