package dev.tombolo.bench.load;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One changed field for all connected devices: from the operator's `apply` until the last device's
/// report that it holds the new document is durable.
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

  @Mixin final FiguresFile file = new FiguresFile();

  @Override
  public Integer call() throws Exception {
    Figures figures = new Figures("fanout");
    try (HubUnderLoad hub = HubUnderLoad.start(null)) {
      hub.assignSmallRelease();
      List<LoadIdentity> identities = hub.enrol(deviceCount);
      try (LoadLines lines = hub.lines()) {
        Wave first = new Wave(deviceCount);
        Swarm swarm = Swarm.connect(lines, identities, Duration.ofMinutes(5), first);
        first.await(Duration.ofMinutes(3));
        figures.put("devices", deviceCount);
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
    file.write(figures);
    return 0;
  }
}
