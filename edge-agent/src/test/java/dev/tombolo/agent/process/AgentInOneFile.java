package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.testing.TestRelease;
import java.nio.file.Files;
import java.nio.file.Path;

/// A JVM of its own that starts a workload, says which, and waits to be killed.
final class AgentInOneFile {
  private AgentInOneFile() {}

  /// @param args data folder, file with the script
  public static void main(String[] args) throws Exception {
    TestRelease release = TestRelease.of(Path.of(args[0]), Files.readString(Path.of(args[1])));
    WorkloadProcesses processes =
        new WorkloadProcesses(
            event -> {
              if (event instanceof AgentEvent.WorkloadStarted(var name, var process)) {
                System.out.println(
                    process.bootId() + " " + process.pid() + " " + process.startTicks());
              }
            },
            release.places(),
            java.util.List.of());
    processes.perform(
        new AgentEffect.StartWorkload(release.application(), release.digest(), release.spec()));
    Thread.currentThread().join();
  }
}
