package dev.tombolo.bench.demo;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/// Every process of the demo, so that all are ended when it is over, and when it is interrupted.
final class Processes {
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  private final Path folder;
  private final Deque<Spawned> started = new ArrayDeque<>();
  private boolean over;

  /// @param folder the demo's; the working folder of all
  Processes(Path folder) {
    this.folder = folder;
  }

  /// @param output file for what it prints
  synchronized Spawned start(String name, List<String> argv, Path output) throws IOException {
    if (over) {
      throw new IOException("the demo is being ended");
    }
    Spawned process = Spawned.start(name, argv, Map.of(), folder, output);
    started.push(process);
    return process;
  }

  /// From now on nobody ends what runs.
  synchronized void keep() {
    over = true;
    started.forEach(Spawned::letGo);
    started.clear();
  }

  synchronized List<Spawned> running() {
    return started.stream().filter(Spawned::isAlive).toList();
  }

  /// Ends all, newest first: agents before hub. Then the workloads, which are the agents' children
  /// no more and live on by design; nobody starts them again.
  synchronized void endAll() throws InterruptedException {
    if (over) {
      return;
    }
    over = true;
    while (!started.isEmpty()) {
      started.pop().kill();
    }
    workloads().forEach(ProcessHandle::destroyForcibly);
    // One that nobody has reaped yet has no arguments any more, and is none of them.
    Await.untilTrue(END_LIMIT, () -> "the workloads to end", () -> workloads().isEmpty());
  }

  /// Java processes whose arguments name a release below the demo's folder.
  List<ProcessHandle> workloads() {
    return ProcessHandle.allProcesses().filter(this::isWorkload).toList();
  }

  private boolean isWorkload(ProcessHandle process) {
    try {
      String arguments =
          Files.readString(
              Path.of("/proc/" + process.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
      return arguments.contains("dev.tombolo.bench.embedding.")
          && arguments.contains("\0" + folder + "/");
    } catch (IOException e) {
      return false;
    }
  }
}
