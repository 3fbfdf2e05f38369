package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.UnassignAsk;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo unassign`.
@Command(
    name = "unassign",
    description = {
      "Take back what 'assign' selected for a fleet, site or slot.",
      "Where nothing wider selects the application, devices stop it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo unassign people-embedding --fleet retail --slot store-117/counter-1",
      "  tombolo unassign people-embedding --fleet retail"
    })
@SuppressWarnings("NullAway.Init")
final class UnassignCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;

  @Parameters(paramLabel = "APPLICATION", description = "The application's name.")
  private String application;

  @Option(names = "--fleet", required = true, paramLabel = "FLEET", description = "In which fleet.")
  private String fleet;

  @Option(names = "--site", paramLabel = "SITE", description = "Only at this site.")
  private @Nullable String site;

  @Option(names = "--slot", paramLabel = "SITE/SLOT", description = "Only in this slot.")
  private @Nullable String slot;

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
                      "/unassign",
                      new UnassignAsk(application, fleet, site, slot, typed)));
      screen.say(changes, () -> String.join("\n", changes.changes()));
    }
    return Exit.OK;
  }
}
