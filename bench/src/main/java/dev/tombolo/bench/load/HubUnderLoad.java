package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A hub on an empty folder with what the benches need: a fleet, many sites, a small release.
final class HubUnderLoad implements AutoCloseable {
  private static final int TOKEN_USES = 500;
  private static final String FLEET = "load";

  private final Path folder;
  private final RunningHub hub;

  private HubUnderLoad(Path folder, RunningHub hub) {
    this.folder = folder;
    this.hub = hub;
  }

  /// @param cpus pins the hub to these processors, as `taskset -c` does
  static HubUnderLoad start(@Nullable String cpus) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tombolo-bench");
    List<String> prefix = cpus == null ? List.of() : List.of("taskset", "-c", cpus);
    HubUnderLoad started = new HubUnderLoad(folder, RunningHub.start(folder, prefix, List.of()));
    started.hub.prepare(FLEET);
    return started;
  }

  /// Enrols new devices, 500 a site, with tokens of 500 uses.
  List<LoadIdentity> enrol(int count)
      throws IOException, InterruptedException, GeneralSecurityException {
    List<String> tokens = new ArrayList<>();
    for (int number = 0; number * TOKEN_USES < count; number++) {
      String site = site("site-" + number);
      tokens.add(
          hub.token("--fleet", FLEET, "--site", site, "--uses", "" + TOKEN_USES, "--life", "1d"));
    }
    return new LoadEnrolment(RunningHub.HOST, hub.edgePort(), hub.root())
        .enrol(tokens, TOKEN_USES, count);
  }

  LoadLines lines() throws IOException, GeneralSecurityException {
    return new LoadLines(RunningHub.HOST, hub.edgePort(), hub.root());
  }

  /// Enrols and runs a real agent in a shop of its own.
  RunningAgent startAgent(int number) throws IOException, InterruptedException {
    String site = site("shop-" + number);
    return RunningAgent.join(
        hub.distributions(),
        folder.resolve("agent-" + number),
        hub.token("--fleet", FLEET, "--site", site),
        List.of());
  }

  /// Makes a small release with one parameter and selects it for the whole fleet.
  void assignSmallRelease() throws IOException, InterruptedException {
    SmallRelease.push(hub, "1");
    hub.cli("assign", "small@1", "--fleet", FLEET);
  }

  /// Changes one parameter of every device.
  void changeOneField(int value) throws IOException, InterruptedException {
    hub.apply(
        "Application",
        "small",
        "{fleet: load, parameters: {threshold: \"0.%d\"}}".formatted(value + 1));
  }

  ProcessMemory memory() throws IOException {
    return ProcessMemory.of(hub.process().pid());
  }

  /// CPU time the hub has taken, in ns, to a clock tick of 10 ms.
  long cpuNanos() {
    return ProcessHandle.of(hub.process().pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElseThrow(() -> new IllegalStateException("the hub is gone:\n" + hub.process().tail()));
  }

  @Override
  public void close() throws IOException {
    hub.close();
    Folders.remove(folder);
  }

  private String site(String name) throws IOException, InterruptedException {
    hub.apply("Site", name, "{fleet: " + FLEET + ", timeZone: UTC}");
    return name;
  }
}
