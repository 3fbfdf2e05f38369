package dev.tombolo.agent.cli;

import dev.tombolo.agent.config.AgentProperties;
import dev.tombolo.agent.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

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
      "  tombolo-agent logs APPLICATION          what it printed last",
      "  tombolo-agent doctor                    what is wrong, and what to do",
      "  tombolo-agent kit apply FILE            takes an update from a USB stick; works offline",
      "  source <(tombolo-agent completion bash)",
      "",
      "Exit codes: 0 ok, 1 refused or failed, 2 usage, 3 hub not reached, 4 not found"
    },
    subcommands = {
      EnrollCommand.class,
      RunCommand.class,
      StatusCommand.class,
      WhyCommand.class,
      LogsCommand.class,
      DoctorCommand.class,
      BundleCommand.class,
      KitCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
public final class TomboloAgent {
  TomboloAgent() {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    int exit = execute(arguments);
    // Whoever exits makes the platform look for a logger, in all jars: a tenth of what it takes to
    // unpack a small model. Nothing else runs then.
    boolean isUnpacking = arguments.length > 0 && arguments[0].equals("bundle");
    if (exit != ExitCode.OK || !isUnpacking) {
      System.exit(exit);
    }
  }

  private static int execute(String[] arguments) {
    Optional<Path> data = bareRun(arguments);
    if (data.isPresent()) {
      try {
        return Foreground.run(AgentProperties.read(data.get()));
      } catch (ConfigException e) {
        // Said below, as for every command.
      } catch (IOException e) {
        System.err.println("tombolo-agent: " + FileFault.say(e));
        return ExitCode.FAILED;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return ExitCode.FAILED;
      }
    }
    Optional<UnpackRun> unpacking = UnpackRun.of(arguments);
    if (unpacking.isPresent()) {
      return unpacking.get().run();
    }
    Optional<ApplyRun> applying = ApplyRun.of(arguments);
    return applying.isPresent() ? applying.get().run() : AllCommands.line().execute(arguments);
  }

  /// The folder, when the command is nothing but `run`, with or without `--data DIR`: as services
  /// start it. That much is understood without the parser, which would keep two megabytes for its
  /// model of all commands as long as the agent runs.
  static Optional<Path> bareRun(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("run")) {
      return Optional.empty();
    }
    if (arguments.length == 1) {
      return Optional.of(DataFolder.USUAL);
    }
    boolean named =
        arguments.length == 3
            && arguments[1].equals("--data")
            && !arguments[2].isEmpty()
            && !arguments[2].startsWith("-")
            && !arguments[2].startsWith("@");
    return named
        ? Optional.of(Path.of(arguments[2]).toAbsolutePath().normalize())
        : Optional.empty();
  }
}
