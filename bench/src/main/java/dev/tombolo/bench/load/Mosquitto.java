package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A real Mosquitto for the same devices: mutual TLS 1.3 with the hub's CA and the rights of each
/// device, as `tombolo hub broker-config mosquitto` writes them.
final class Mosquitto implements AutoCloseable {
  static final String HOW_TO_INSTALL = "apt-get install mosquitto";
  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin/mosquitto"), Path.of("/usr/local/sbin/mosquitto"));
  private static final Duration START_LIMIT = Duration.ofSeconds(20);

  /// What it keeps on the disk.
  enum Persistence {
    NONE("that keeps nothing", "persistence false"),

    /// All it holds, once a second, whatever was acknowledged since.
    EVERY_SECOND("saving every second", "persistence true\nautosave_interval 1"),

    /// All it holds, after every change. The acknowledgement does not wait for it.
    EVERY_CHANGE(
        "saving every change", "persistence true\nautosave_on_changes true\nautosave_interval 1");

    private final String words;
    private final String lines;

    Persistence(String words, String lines) {
      this.words = words;
      this.lines = lines;
    }

    String words() {
      return words;
    }
  }

  private final Path folder;
  private final int port;
  private final Spawned process;

  private Mosquitto(Path folder, int port, Spawned process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  static Optional<Path> program() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  /// @param written the folder that `broker-config` wrote
  static Mosquitto start(Path program, Path written, int port, Persistence persistence)
      throws IOException, InterruptedException {
    Path folder = Leftovers.folder("tombolo-mosquitto");
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(written.resolve("mosquitto.conf"))) {
      if (!line.startsWith("persistence ")) {
        lines.add(line);
      }
    }
    lines.add("user " + System.getProperty("user.name"));
    lines.add("persistence_location " + folder + "/");
    lines.add(persistence.lines);
    lines.add("log_type error");
    Path configuration = Files.write(folder.resolve("mosquitto.conf"), lines);
    Spawned process =
        Spawned.start(
            "mosquitto",
            List.of(program.toString(), "-c", configuration.toString()),
            Map.of(),
            folder,
            folder.resolve("mosquitto.log"));
    Mosquitto started = new Mosquitto(folder, port, process);
    try {
      Await.untilTrue(
          START_LIMIT, () -> "mosquitto to listen; it says " + process.tail(), started::listens);
    } catch (RuntimeException | InterruptedException e) {
      started.close();
      throw e;
    }
    return started;
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  long cpuNanos() {
    return process.cpuNanos();
  }

  ProcessMemory memory() throws IOException {
    return ProcessMemory.of(process.pid());
  }

  @Override
  public void close() throws IOException {
    process.close();
    Folders.remove(folder);
  }
}
