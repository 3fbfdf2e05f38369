package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.DeviceSaid;
import dev.tombolo.hub.http.api.QuestionAsk;
import dev.tombolo.hub.http.api.WhyAnswer;
import dev.tombolo.hub.http.api.WhyCause;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo why`.
@Command(
    name = "why",
    description =
        "Why does a device not have, or not run, what it should? There is always an answer.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo why store-117/counter-1",
      "  tombolo why dev-7k2m9q4r8s1t5v0w3x6y2z4a",
      "  tombolo why store-117/counter-1 --live        ask the device itself"
    })
@SuppressWarnings("NullAway.Init")
final class WhyCommand extends HubOptions implements Callable<Integer> {
  @Parameters(paramLabel = "DEVICE", description = "A device's id, or its slot as SITE/SLOT.")
  private String device;

  @Option(names = "--live", description = "Ask the device itself; it must be connected.")
  private boolean live;

  @Override
  public Integer call() {
    Screen screen = screen();
    try (HubClient hub = hub()) {
      String path = "/devices/" + HubClient.escape(device);
      if (live) {
        DeviceSaid said = hub.post(DeviceSaid.class, path + "/ask", new QuestionAsk("why"));
        screen.say(said, () -> LiveState.words(said.body()));
        return said.ok() ? Exit.OK : Exit.REFUSED;
      }
      WhyAnswer answer = hub.get(WhyAnswer.class, path + "/why");
      screen.say(answer, () -> words(answer));
    }
    return Exit.OK;
  }

  static String words(WhyAnswer answer) {
    StringBuilder words = new StringBuilder(answer.slot());
    if (answer.device() != null) {
      words.append(" (").append(answer.device()).append(')');
    }
    words.append('\n');
    for (WhyCause cause : answer.causes()) {
      words
          .append("  ")
          .append(cause.application() == null ? "" : cause.application() + ": ")
          .append(cause.words())
          .append('\n');
    }
    return words.toString();
  }
}
