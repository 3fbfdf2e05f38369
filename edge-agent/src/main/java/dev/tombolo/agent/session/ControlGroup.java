package dev.tombolo.agent.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The scope in which a workload runs (systemd.scope(5), cgroups(7) version 2). What is run for it,
/// probes above all, runs there too: systemd writes two lines to the journal for each scope that it
/// makes, and a probe may run every second.
public final class ControlGroup {
  private static final String UNIFIED = "0::";

  private final Path proc;
  private final Path groups;

  public ControlGroup() {
    this(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
  }

  ControlGroup(Path proc, Path groups) {
    this.proc = proc;
    this.groups = groups;
  }

  /// Words to put before a program so that it runs in the scope of a process; empty when that has
  /// none of its own that can be joined. A scope that ends meanwhile is not waited for.
  public Optional<List<String>> join(long pid) {
    try {
      for (String line :
          Files.readAllLines(proc.resolve(pid + "/cgroup"), StandardCharsets.UTF_8)) {
        if (line.startsWith(UNIFIED) && line.endsWith(".scope")) {
          Path members = groups.resolve(line.substring(UNIFIED.length() + 1) + "/cgroup.procs");
          return Files.isWritable(members) ? Optional.of(joining(members)) : Optional.empty();
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    return Optional.empty();
  }

  private static List<String> joining(Path members) {
    return List.of("/bin/sh", "-c", "echo 0 2>/dev/null >\"$0\"; exec \"$@\"", members.toString());
  }
}
