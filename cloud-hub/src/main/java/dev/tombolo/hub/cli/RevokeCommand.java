package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.RevokeAsk;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo revoke`.
@Command(
    name = "revoke",
    description = {
      "Shut a device out for ever: its connection ends at once and its key never enrols again.",
      "Its slot is free for another device."
    },
    footerHeading = "%nExample:%n",
    footer = "  tombolo revoke store-117/counter-1 --why \"stolen, case 4711\"")
@SuppressWarnings("NullAway.Init")
final class RevokeCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;

  @Parameters(paramLabel = "DEVICE", description = "A device's id, or its slot as SITE/SLOT.")
  private String device;

  @Option(names = "--why", required = true, paramLabel = "TEXT", description = "For the audit.")
  private String why;

  @Override
  public Integer call() {
    Screen screen = screen();
    try (HubClient hub = hub()) {
      Changes changes =
          confirmation.guard(
              screen.person(),
              typed ->
                  hub.post(
                      Changes.class,
                      "/devices/" + HubClient.escape(device) + "/revoke",
                      new RevokeAsk(why, typed)));
      screen.say(changes, () -> String.join("\n", changes.changes()));
    }
    return Exit.OK;
  }
}
