package dev.tombolo.agent.cli;

import dev.tombolo.agent.daemon.AgentDaemon;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `tombolo-agent run`.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the agent in the foreground until SIGTERM.",
      "Workloads outlive it: the next run takes them up again."
    },
    footerHeading = "%nExample:%n",
    footer = "  tombolo-agent run --data /var/lib/tombolo-agent")
final class RunCommand implements Callable<Integer> {
  @Mixin private DataFolder folder = new DataFolder();

  @Override
  public Integer call() throws IOException, InterruptedException {
    AgentDaemon daemon = AgentDaemon.start(folder.config(), System.err);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(daemon), "stop"));
    daemon.join();
    return daemon.isStopped() ? ExitCode.OK : ExitCode.FAILED;
  }

  /// A clean stop is a success, also when a signal asked for it.
  private static void stop(AgentDaemon daemon) {
    int code = ExitCode.FAILED;
    try {
      daemon.close();
      code = daemon.isStopped() ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException e) {
      System.err.println("tombolo-agent: did not stop cleanly: " + e.getMessage());
    }
    Runtime.getRuntime().halt(code);
  }
}
