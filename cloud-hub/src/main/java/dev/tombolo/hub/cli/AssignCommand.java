package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.protocol.id.ReleaseRef;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo assign`.
@Command(
    name = "assign",
    description = {
      "Select a release for a whole fleet, one site, or one slot.",
      "The most specific one wins. Devices switch as soon as they have it and its probes pass."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo assign people-embedding@1.5.0 --fleet retail",
      "  tombolo assign people-embedding@1.5.1 --fleet retail --site store-117",
      "  tombolo assign people-embedding@1.5.1 --fleet retail --slot store-117/counter-1"
    })
@SuppressWarnings("NullAway.Init")
final class AssignCommand extends HubOptions implements Callable<Integer> {
  @Mixin private Confirmation confirmation;

  @Parameters(paramLabel = "NAME@VERSION", description = "A release that was pushed.")
  private String release;

  @Option(names = "--fleet", required = true, paramLabel = "FLEET", description = "In which fleet.")
  private String fleet;

  @Option(names = "--site", paramLabel = "SITE", description = "Only at this site.")
  private @Nullable String site;

  @Option(names = "--slot", paramLabel = "SITE/SLOT", description = "Only in this slot.")
  private @Nullable String slot;

  @Override
  public Integer call() {
    try {
      ReleaseRef.parse(release);
    } catch (IllegalArgumentException e) {
      throw Failure.usage(String.valueOf(e.getMessage()));
    }
    Screen screen = screen();
    try (HubClient hub = hub()) {
      Changes changes =
          confirmation.guard(
              screen.person(),
              typed ->
                  hub.post(
                      Changes.class, "/assign", new AssignAsk(release, fleet, site, slot, typed)));
      screen.say(changes, () -> String.join("\n", changes.changes()));
    }
    return Exit.OK;
  }
}
