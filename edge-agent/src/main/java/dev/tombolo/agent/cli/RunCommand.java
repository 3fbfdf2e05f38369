package dev.tombolo.agent.cli;

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
    return Foreground.run(folder.config());
  }
}
