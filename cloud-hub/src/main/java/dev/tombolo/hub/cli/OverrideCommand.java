package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.OverrideAsk;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo override`.
@Command(
    name = "override",
    description = {
      "Let one device download and switch now, whatever its site's windows say.",
      "For a while only; windows, opening hours and freeze dates are lifted, permits of a rollout"
          + " are not. Who did it, and why, stands in the audit."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo override store-117/counter-1 --now --why 'ticket 4711'",
      "  tombolo override store-117/counter-1 --now --for 30m --why 'manager asked'"
    })
@SuppressWarnings("NullAway.Init")
final class OverrideCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;

  @Parameters(paramLabel = "SITE/SLOT", description = "Whose windows are lifted.")
  private String slot;

  @Option(names = "--now", required = true, description = "Lift them now.")
  private boolean now;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "4h",
      description = "How long, like 30m, 4h or 2d; at most 7d. Default: ${DEFAULT-VALUE}.")
  private String life;

  @Option(names = "--why", paramLabel = "TEXT", description = "For the audit.")
  private @Nullable String why;

  @Override
  public Integer call() {
    Duration lifted;
    try {
      lifted = Units.duration(life);
    } catch (IllegalArgumentException e) {
      throw Failure.usage("--for: " + e.getMessage());
    }
    Screen screen = screen();
    try (HubClient hub = hub()) {
      Changes changes =
          confirmation.guard(
              screen.person(),
              typed ->
                  hub.post(
                      Changes.class,
                      "/override",
                      new OverrideAsk(slot, lifted.toSeconds(), why == null ? "" : why, typed)));
      screen.say(changes, () -> String.join("\n", changes.changes()));
    }
    return Exit.OK;
  }
}
