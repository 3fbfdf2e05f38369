package dev.tombolo.agent.cli;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.daemon.AgentDaemon;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Runs the agent until a signal asks it to stop.
final class Foreground {
  private Foreground() {}

  /// @return the exit code
  static int run(AgentConfig config) throws IOException, InterruptedException {
    AtomicReference<@Nullable AgentDaemon> started = new AtomicReference<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started.get()), "stop"));
    AgentDaemon daemon = AgentDaemon.start(config, System.err);
    started.set(daemon);
    daemon.join();
    return daemon.isStopped() ? ExitCode.OK : ExitCode.FAILED;
  }

  /// A clean stop is a success, also when a signal asked for it, and when that came before the
  /// start was over. A start that failed ends with its own code.
  private static void stop(@Nullable AgentDaemon daemon) {
    if (daemon == null) {
      return;
    }
    int code = ExitCode.FAILED;
    try {
      daemon.close();
      code = daemon.isStopped() ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException e) {
      System.err.println("tombolo-agent: did not stop cleanly: " + FileFault.say(e));
    }
    Runtime.getRuntime().halt(code);
  }
}
