package dev.tombolo.bench.demo;

import dev.tombolo.bench.line.LineControl;
import dev.tombolo.bench.line.LineProxy;
import dev.tombolo.bench.process.Ports;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// One shop: a line to the hub, an agent, and what the agent runs.
final class Shop {
  private static final Duration LINE_LIMIT = Duration.ofMinutes(3);

  private final int number;
  private final int linePort;
  private final int controlPort;
  private final int servicePort;
  private Optional<Spawned> agent = Optional.empty();

  Shop(int number) throws IOException {
    this.number = number;
    this.linePort = Ports.next();
    this.controlPort = Ports.next();
    this.servicePort = Ports.next();
  }

  /// Its site, and the agent's data folder in the demo's folder.
  String name() {
    return "shop-" + number;
  }

  String slot() {
    return name() + "/counter";
  }

  int number() {
    return number;
  }

  int servicePort() {
    return servicePort;
  }

  /// Where this shop reaches the hub: its own line.
  String endpoint() {
    return "127.0.0.1:" + linePort;
  }

  LineControl line() {
    return new LineControl(controlPort);
  }

  /// Begins to lay the line to the hub's edge port.
  ///
  /// @return is there once [#awaitLine] has come back
  Spawned layLine(Shell shell, WorkloadRuntime runtime, int edgePort) throws IOException {
    return shell.stageHand(
        "line-" + number,
        List.of(
            Path.of(System.getProperty("java.home", ""), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            WorkloadRuntime.NATIVE_ACCESS,
            "-XX:SharedArchiveFile=" + runtime.archive(),
            "-Xmx64m",
            "-cp",
            runtime.benchJar().toString(),
            LineProxy.class.getName(),
            Integer.toString(linePort),
            "127.0.0.1",
            Integer.toString(edgePort),
            Integer.toString(controlPort)));
  }

  static void awaitLine(Spawned line) throws InterruptedException {
    line.awaitLine("line 127.0.0.1", 0, LINE_LIMIT);
  }

  /// The technician's part: where this computer keeps its runtimes.
  void furnish(Path folder, WorkloadRuntime runtime) throws IOException {
    Path data = Files.createDirectories(folder.resolve(name()));
    Files.writeString(
        data.resolve("agent.properties"),
        """
        runtime.java=%s
        runtime.embedding=%s
        # Tries again soon; in real shops the waits grow to five minutes.
        link.backoffMaxSeconds=3
        """
            .formatted(System.getProperty("java.home"), runtime.folder()));
  }

  void startAgent(Shell shell) throws IOException {
    agent =
        Optional.of(shell.background(name() + "-agent", "tombolo-agent", "run", "--data", name()));
  }

  Spawned agent() {
    return agent.orElseThrow();
  }

  /// What its embedding service says of itself.
  ///
  /// @throws IOException when it does not answer
  HealthSeen health() throws IOException {
    return Http.get(HealthSeen.class, "http://127.0.0.1:" + servicePort + "/healthz");
  }

  /// Asks for a sentence's vector.
  ///
  /// @throws IOException when it does not answer
  String embed(String sentence) throws IOException {
    return Http.post("http://127.0.0.1:" + servicePort + "/embed", sentence);
  }
}
