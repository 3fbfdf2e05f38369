package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.JavaHeap;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.Ports;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  private static final String ACCEPTS = "tombolo_edge_accepts_total";

  private final Path folder;
  private final RunningHub hub;
  private final HttpClient http = HttpClient.newHttpClient();

  private HubUnderLoad(Path folder, RunningHub hub) {
    this.folder = folder;
    this.hub = hub;
  }

  /// @param cpus pins the hub to these processors, as `taskset -c` does
  static HubUnderLoad start(@Nullable String cpus) throws IOException, InterruptedException {
    Path folder = Leftovers.folder("tombolo-bench");
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

  /// As agents come.
  LoadLines lines() throws IOException, GeneralSecurityException {
    return lines(hub.edgePort(), LoadLines.Transport.WEBSOCKET);
  }

  /// To the hub, or to a broker that has a certificate of the hub's CA.
  LoadLines lines(int port, LoadLines.Transport transport)
      throws IOException, GeneralSecurityException {
    return new LoadLines(RunningHub.HOST, port, hub.root(), transport);
  }

  int edgePort() {
    return hub.edgePort();
  }

  /// Stops and starts it, so that its memory shows nothing of what it did before.
  void restart() throws IOException, InterruptedException {
    hub.stop();
    hub.startAgain();
  }

  /// A Mosquitto that this hub's devices may connect to.
  Mosquitto startMosquitto(Path program, Mosquitto.Persistence persistence)
      throws IOException, InterruptedException {
    int port = Ports.next();
    Path written = folder.resolve("broker-" + port);
    hub.cli(
        "hub",
        "broker-config",
        "mosquitto",
        "--data",
        folder.resolve("hub").toString(),
        "--host",
        RunningHub.HOST,
        "--port",
        Integer.toString(port),
        "--out",
        written.toString());
    return Mosquitto.start(program, written, port, persistence);
  }

  /// Bytes of heap in use after all garbage is collected.
  long heap() throws IOException, InterruptedException {
    return JavaHeap.usedAfterCollection(hub.process().pid());
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

  /// A token for many agents of one shop.
  String agentsToken() throws IOException, InterruptedException {
    String site = site("agents");
    return hub.token("--fleet", FLEET, "--site", site, "--uses", "" + TOKEN_USES, "--life", "1d");
  }

  /// Enrols and runs a real agent with its usual settings.
  RunningAgent startAgent(String name, String token) throws IOException, InterruptedException {
    return RunningAgent.join(hub.distributions(), agentFolder(name), token, List.of());
  }

  Path agentFolder(String name) {
    return folder.resolve(name);
  }

  /// SIGKILL.
  void kill() throws InterruptedException {
    hub.kill();
  }

  /// Starts it again on the same ports.
  ///
  /// @return when `/healthz` of the edge port answered, ms since 1970-01-01T00:00Z
  long startAgain() throws IOException, InterruptedException, GeneralSecurityException {
    try (HealthWatch watch = HealthWatch.start(hub)) {
      hub.startAgain();
      return watch.awaitHealthy();
    }
  }

  /// Connections that the edge port has taken since the hub's start.
  double accepts() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + hub.adminPort() + "/metrics"))
            .timeout(Duration.ofSeconds(30))
            .build();
    String text = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    for (String line : text.split("\n", -1)) {
      if (line.startsWith(ACCEPTS + " ")) {
        return Double.parseDouble(line.substring(ACCEPTS.length() + 1));
      }
    }
    throw new IOException("the hub's meters lack " + ACCEPTS);
  }

  HubClient client() throws IOException {
    return hub.client();
  }

  /// Makes a small release with one parameter and selects it for the whole fleet.
  void assignSmallRelease() throws IOException, InterruptedException {
    SmallRelease.push(hub, "1");
    hub.cli("assign", "small@1", "--fleet", FLEET);
  }

  /// Signs and pushes a release of the model in a folder.
  void push(String name, String version, Path files) throws IOException, InterruptedException {
    SmallRelease.push(
        hub,
        files,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: %s, version: "%s"}
        spec:
          kind: model
          variants:
            - files: [{from: model.safetensors}]
        """
            .formatted(name, version));
  }

  /// Selects it for the whole fleet.
  void assign(String name, String version) throws IOException, InterruptedException {
    hub.cli("assign", name + "@" + version, "--fleet", FLEET);
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
    return hub.process().cpuNanos();
  }

  @Override
  public void close() throws IOException {
    http.close();
    hub.close();
    Folders.remove(folder);
  }

  private String site(String name) throws IOException, InterruptedException {
    hub.apply("Site", name, "{fleet: " + FLEET + ", timeZone: UTC}");
    return name;
  }
}
