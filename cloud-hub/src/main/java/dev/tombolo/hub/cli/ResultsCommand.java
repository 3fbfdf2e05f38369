package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.ResultRow;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tombolo results`.
@Command(
    name = "results",
    description = "What workloads counted and found, as it reached the hub.",
    subcommands = {ResultsCommand.Tail.class})
final class ResultsCommand extends CommandGroup {

  @Command(
      name = "tail",
      description = "Show the newest results, and with --follow each new one as it comes.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo results tail",
        "  tombolo results tail --device store-117/counter-1 --channel people --follow",
        "  tombolo results tail --follow --json | jq .json"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Tail extends HubOptions implements Callable<Integer> {
    @Option(
        names = "--device",
        paramLabel = "DEVICE",
        description = "Only of this device's id or slot SITE/SLOT.")
    private @Nullable String device;

    @Option(names = "--channel", paramLabel = "NAME", description = "Only of this channel.")
    private @Nullable String channel;

    @Option(names = "--follow", description = "Go on until Ctrl-C.")
    private boolean follow;

    @Option(
        names = "--last",
        defaultValue = "20",
        paramLabel = "N",
        description = "How many old ones to begin with. Default: 20")
    private int last;

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        // One at least, to know where the hub stands: what comes from now on is not to be missed.
        List<ResultRow> rows =
            hub.list(ResultRow.class, "/results?last=" + Math.clamp(last, 1, 1000) + filter());
        print(screen, last < 1 ? List.of() : rows);
        if (rows.isEmpty() && !follow) {
          screen.hint("no result yet");
        }
        long cursor = rows.isEmpty() ? 0 : rows.getLast().cursor();
        while (follow && !screen.out().checkError()) {
          rows = hub.list(ResultRow.class, "/results?wait=20&after=" + cursor + filter());
          print(screen, rows);
          cursor = rows.isEmpty() ? cursor : rows.getLast().cursor();
        }
      }
      return Exit.OK;
    }

    private String filter() {
      return (device == null ? "" : "&device=" + HubClient.escape(device))
          + (channel == null ? "" : "&channel=" + HubClient.escape(channel));
    }

    /// A line each, also as JSON, so that a pipe can take them one by one.
    private static void print(Screen screen, List<ResultRow> rows) {
      for (ResultRow row : rows) {
        if (screen.isJson()) {
          screen.out().println(AdminJson.write(row));
        } else {
          screen
              .out()
              .printf(
                  Locale.ROOT,
                  "%-9s %s %s %s%n",
                  Listing.ago(row.millis()),
                  row.slot(),
                  row.channel(),
                  Screen.plain(row.json()));
        }
      }
      screen.out().flush();
    }
  }
}
