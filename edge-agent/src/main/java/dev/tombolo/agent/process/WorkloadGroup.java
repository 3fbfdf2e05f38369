package dev.tombolo.agent.process;

import dev.tombolo.protocol.id.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The control group (cgroups(7)) that workloads live in, so that the agent's memory bound does not
/// kill them, nor their hunger the agent. Only where the agent itself runs as a systemd service;
/// elsewhere workloads stay where the agent is.
final class WorkloadGroup {
  private static final System.Logger LOG = System.getLogger(WorkloadGroup.class.getName());

  private final Optional<Path> root;

  private WorkloadGroup(Optional<Path> root) {
    this.root = root;
  }

  static WorkloadGroup ofThisMachine() {
    try {
      return of(Files.readString(Path.of("/proc/self/cgroup")), Path.of("/sys/fs/cgroup"));
    } catch (IOException e) {
      return new WorkloadGroup(Optional.empty());
    }
  }

  /// @param membership as in `/proc/self/cgroup`, `hierarchy:controllers:path` a line
  static WorkloadGroup of(String membership, Path groups) {
    for (String line : membership.split("\n")) {
      String[] parts = line.split(":", 3);
      if (parts.length < 3 || !parts[2].contains(".service")) {
        continue;
      }
      if (parts[1].isEmpty() && Files.exists(groups.resolve("cgroup.controllers"))) {
        return new WorkloadGroup(Optional.of(groups.resolve("tombolo")));
      }
      if (parts[1].equals("memory")) {
        return new WorkloadGroup(Optional.of(groups.resolve("memory").resolve("tombolo")));
      }
    }
    return new WorkloadGroup(Optional.empty());
  }

  /// Moves a process just started; its children follow by themselves. Not being permitted to is no
  /// reason not to run.
  void take(Name application, long pid) {
    if (root.isEmpty()) {
      return;
    }
    Path group = root.get().resolve(application.text());
    try {
      Files.createDirectories(group);
      Files.writeString(group.resolve("cgroup.procs"), Long.toString(pid));
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.INFO,
          "workload {0} stays in the agent''s control group: {1}",
          application,
          e.toString());
    }
  }
}
