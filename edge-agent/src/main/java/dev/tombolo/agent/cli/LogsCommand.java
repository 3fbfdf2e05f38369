package dev.tombolo.agent.cli;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.process.OutputReader;
import dev.tombolo.protocol.id.Name;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo-agent logs`.
@Command(
    name = "logs",
    mixinStandardHelpOptions = true,
    description = "What an application printed last. Works offline, and with the agent stopped.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo-agent logs people-counter",
      "  tombolo-agent logs people-counter --lines 20"
    })
final class LogsCommand implements Callable<Integer> {
  @Mixin private DataFolder folder = new DataFolder();

  @Parameters(
      paramLabel = "APPLICATION",
      description = "Its name; 'tombolo-agent status' lists them.")
  private String application = "";

  @Option(
      names = "--lines",
      paramLabel = "N",
      defaultValue = "100",
      description = "The last so many lines (default: ${DEFAULT-VALUE}), 32 KiB at most.")
  private int lines;

  @Spec private @Nullable CommandSpec command;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(command).commandLine();
    if (lines < 1) {
      throw new ParameterException(line, "--lines is " + lines + "; give 1 or more");
    }
    AgentFolders folders = new AgentFolders(folder.path());
    if (!Name.isValid(application)
        || !Files.isDirectory(folders.application(new Name(application)))) {
      line.getErr()
          .println(
              "tombolo-agent: no application '"
                  + application
                  + "' here; 'tombolo-agent status' lists those that are");
      return ExitCode.NOT_FOUND;
    }
    List<String> printed = OutputReader.end(folders.output(new Name(application))).lines().toList();
    if (printed.isEmpty()) {
      line.getErr().println(application + " has printed nothing yet.");
    }
    printed
        .subList(Math.max(0, printed.size() - lines), printed.size())
        .forEach(line.getOut()::println);
    return ExitCode.OK;
  }
}
