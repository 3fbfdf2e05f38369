package dev.tombolo.agent.cli;

import picocli.CommandLine;

/// What understands all commands; of no use to those that are understood without it, and no class
/// of it is loaded for them.
public final class AllCommands {
  private AllCommands() {}

  public static CommandLine line() {
    return new CommandLine(new TomboloAgent())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(
            (failure, line, _) -> {
              line.getErr().println("tombolo-agent: " + FileFault.say(failure));
              return ExitCode.FAILED;
            });
  }
}
