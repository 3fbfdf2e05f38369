package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.DeviceSaid;
import dev.tombolo.hub.http.api.QuestionAsk;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo logs`.
@Command(
    name = "logs",
    description = "What a device's application printed last; the device must be connected.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo logs store-117/counter-1 people-counter",
      "  tombolo logs store-117/counter-1 people-counter --lines 500",
      "  tombolo-agent logs people-counter             on the device itself, works offline"
    })
@SuppressWarnings("NullAway.Init")
final class LogsCommand extends HubOptions implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DEVICE",
      description = "A device's id, or its slot as SITE/SLOT.")
  private String device;

  @Parameters(
      index = "1",
      paramLabel = "APPLICATION",
      description = "Its name; 'tombolo get device' lists them.")
  private String application;

  @Option(
      names = "--lines",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "The last so many lines (default: ${DEFAULT-VALUE}); a device sends 32 KiB at most.")
  private int lines;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (lines < 1) {
      throw new ParameterException(spec.commandLine(), "--lines is " + lines + "; give 1 or more");
    }
    Screen screen = screen();
    try (HubClient hub = hub()) {
      DeviceSaid said =
          hub.post(
              DeviceSaid.class,
              "/devices/" + HubClient.escape(device) + "/ask",
              new QuestionAsk("logs", Map.of("application", application)));
      if (!said.ok()) {
        throw Failure.refused("device-refused", Screen.plain(said.body()));
      }
      DeviceSaid last = new DeviceSaid(true, last(said.body()));
      screen.say(last, last::body);
    }
    return Exit.OK;
  }

  private String last(String output) {
    List<String> all = output.lines().toList();
    if (all.isEmpty()) {
      return application + " has printed nothing yet.\n";
    }
    List<String> end = all.subList(Math.max(0, all.size() - lines), all.size());
    return String.join("\n", end) + "\n";
  }
}
