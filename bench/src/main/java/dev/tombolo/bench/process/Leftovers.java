package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What this program has started and made, and what must not outlive it: gone when the JVM ends,
/// after Ctrl-C too.
public final class Leftovers {
  private static final Set<Process> PROCESSES = ConcurrentHashMap.newKeySet();
  private static final Set<RunningAgent> AGENTS = ConcurrentHashMap.newKeySet();
  private static final Set<Path> MOUNTS = ConcurrentHashMap.newKeySet();
  private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();
  private static volatile boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::end, "leftovers"));
  }

  private Leftovers() {}

  /// A folder in the system's place for temporary files, removed at the end unless that was done
  /// before.
  public static Path folder(String prefix) throws IOException {
    Path folder = Files.createTempDirectory(prefix);
    FOLDERS.add(folder);
    return folder;
  }

  /// Unmounted at the end, before folders are removed.
  static void mounted(Path mount) {
    MOUNTS.add(mount);
  }

  static void unmounted(Path mount) {
    MOUNTS.remove(mount);
  }

  static Process started(ProcessBuilder builder) throws IOException {
    if (ending) {
      throw new IOException("this program is ending");
    }
    Process process = builder.start();
    PROCESSES.add(process);
    process.onExit().thenAccept(PROCESSES::remove);
    if (ending) {
      process.destroyForcibly();
    }
    return process;
  }

  /// From now on it lives as long as it likes.
  static void letGo(Process process) {
    PROCESSES.remove(process);
  }

  /// One whose workloads are to be ended too.
  static void agent(RunningAgent agent) {
    AGENTS.add(agent);
  }

  private static void unmount(Path mount) {
    try {
      new ProcessBuilder("umount", "-l", mount.toString()).start().onExit().join();
    } catch (IOException e) {
      System.err.println("left mounted: " + mount + " (" + e.getMessage() + ")");
    }
  }

  private static void end() {
    ending = true;
    for (Process process : PROCESSES) {
      process.destroyForcibly().onExit().join();
    }
    AGENTS.forEach(RunningAgent::endWorkloads);
    MOUNTS.forEach(Leftovers::unmount);
    for (Path folder : FOLDERS) {
      try {
        if (Files.exists(folder)) {
          Folders.remove(folder);
        }
      } catch (IOException e) {
        System.err.println("left behind: " + folder + " (" + e.getMessage() + ")");
      }
    }
  }
}
