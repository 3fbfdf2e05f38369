package dev.tombolo.agent.cli;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.daemon.AgentDaemon;
import java.io.IOException;

/// Runs the agent until a signal asks it to stop.
final class Foreground {
  private Foreground() {}

  /// @return the exit code
  static int run(AgentConfig config) throws IOException, InterruptedException {
    AgentDaemon daemon = AgentDaemon.start(config, System.err);
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
