package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How much of a list is shown.
@Command
@SuppressWarnings("NullAway.Init")
final class ListOptions {
  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Show the first N, and how many more there are. Default: all.")
  private @Nullable Integer limit;

  /// @param query empty, or `fleet=...&site=...`
  void show(Listing listing, HubClient hub, Screen screen, String query) {
    if (limit != null && limit < 1) {
      throw Failure.usage("--limit: " + limit + " is too few; use 1 or more");
    }
    Pager pager = new Pager(hub, query, limit == null ? Integer.MAX_VALUE : limit);
    listing.show(pager, screen);
    pager.tellWhatIsLeft(screen);
  }
}
