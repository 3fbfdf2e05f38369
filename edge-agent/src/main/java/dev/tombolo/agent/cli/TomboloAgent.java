package dev.tombolo.agent.cli;

import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The program in the shop.
@Command(
    name = "tombolo-agent",
    versionProvider = VersionText.class,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes this device what head office last asked for, with or without a line.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo-agent enroll --token tmb1_...   join, with the token from store ops",
      "  tombolo-agent run                       run in the foreground (systemd does this)",
      "  tombolo-agent status                    how this device stands",
      "  tombolo-agent why                       why it stands so; works offline",
      "  tombolo-agent doctor                    what is wrong, and what to do",
      "  source <(tombolo-agent completion bash)",
      "",
      "Exit codes: 0 ok, 1 refused or failed, 2 usage, 3 hub not reached, 4 not found"
    },
    subcommands = {
      EnrollCommand.class,
      RunCommand.class,
      StatusCommand.class,
      WhyCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      CommandLine.HelpCommand.class
    })
public final class TomboloAgent {
  private TomboloAgent() {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new TomboloAgent())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(
            (failure, line, _) -> {
              line.getErr().println("tombolo-agent: " + failure.getMessage());
              return ExitCode.FAILED;
            });
  }
}
