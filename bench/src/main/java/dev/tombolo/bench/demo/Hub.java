package dev.tombolo.bench.demo;

import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The demo's hub, on ports that stay the same over its restarts.
final class Hub {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Path data;
  private final int edgePort;
  private final int adminPort;
  private Optional<Spawned> process = Optional.empty();
  private long saidBefore;

  /// @param data its data folder
  Hub(Path data, int edgePort, int adminPort) {
    this.data = data;
    this.edgePort = edgePort;
    this.adminPort = adminPort;
  }

  Path data() {
    return data;
  }

  int edgePort() {
    return edgePort;
  }

  String url() {
    return "http://127.0.0.1:" + adminPort;
  }

  /// What tells the CLI where the hub is and who asks.
  Map<String, String> environment() {
    return Map.of(
        "TOMBOLO_HUB", url(), "TOMBOLO_TOKEN_FILE", data.resolve("admin-token").toString());
  }

  void start(Shell shell) throws IOException, InterruptedException {
    begin(shell);
    awaitReady(shell);
  }

  /// Returns at once.
  void begin(Shell shell) throws IOException {
    saidBefore = process.map(Spawned::written).orElse(0L);
    process =
        Optional.of(
            shell.background(
                "hub",
                "tombolo",
                "hub",
                "--data",
                "hub",
                "--edge-port",
                Integer.toString(edgePort),
                "--admin-port",
                Integer.toString(adminPort)));
  }

  void awaitReady(Shell shell) throws IOException, InterruptedException {
    Spawned started = process.orElseThrow();
    shell
        .stopwatch()
        .time(
            "waiting for the hub to be ready",
            () -> {
              started.awaitLine("hub ready", saidBefore, START_LIMIT);
              return started;
            });
  }

  /// SIGKILL.
  void kill() throws InterruptedException {
    process.orElseThrow().kill();
  }

  long pid() {
    return process.orElseThrow().pid();
  }

  /// The bundles that the hub has and those to come.
  List<BundleSeen> bundles() throws IOException {
    String token = Files.readString(data.resolve("admin-token")).strip();
    return Http.list(BundleSeen.class, url() + "/api/v1/bundles", token);
  }

  /// Newest first.
  List<RolloutSeen> rollouts() throws IOException {
    String token = Files.readString(data.resolve("admin-token")).strip();
    return Http.list(RolloutSeen.class, url() + "/api/v1/rollouts", token);
  }

  /// All devices as the hub sees them, by its public API, ordered by slot.
  List<DeviceSeen> devices() throws IOException {
    String token = Files.readString(data.resolve("admin-token")).strip();
    return Http.list(DeviceSeen.class, url() + "/api/v1/devices", token).stream()
        .sorted(Comparator.comparing(DeviceSeen::slot))
        .toList();
  }
}
