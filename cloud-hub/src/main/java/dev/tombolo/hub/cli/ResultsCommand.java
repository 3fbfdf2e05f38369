package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.client.HubClient.Page;
import dev.tombolo.hub.cli.client.Refused;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.LogState;
import dev.tombolo.hub.http.api.ResultRow;
import dev.tombolo.protocol.reason.Reason;
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

  private static final int ROWS_MAX = 1_000;
  private static final int WAIT_SECONDS = 20;
  private static final String WHY_GONE =
      "the hub keeps them for a time and up to a size (results.keep, results.maxBytes and"
          + " results.maxRows in hub.yaml)";

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

    @Option(
        names = "--after",
        paramLabel = "CURSOR",
        description =
            "Begin after this one, which is the 'cursor' of a row with --json; 0 is the beginning.")
    private @Nullable Long after;

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        Page<ResultRow> page = begin(hub, screen);
        print(screen, after == null && last < 1 ? List.of() : page.rows());
        if (!follow) {
          tellWhatIsGone(hub, screen, page.rows().size());
        }
        while (follow && !screen.out().checkError()) {
          page = next(hub, screen, page);
          print(screen, page.rows());
        }
      }
      return Exit.OK;
    }

    private Page<ResultRow> begin(HubClient hub, Screen screen) {
      if (after == null) {
        // One at least to follow from, to know where the hub stands: nothing is to be missed.
        int rows = Math.clamp(last, follow ? 1 : 0, ROWS_MAX);
        return hub.page(ResultRow.class, "/results?last=" + rows + filter());
      }
      return from(hub, screen, "/results?after=" + after + filter());
    }

    private Page<ResultRow> next(HubClient hub, Screen screen, Page<ResultRow> before) {
      String path = before.next().orElse("/results?after=0" + filter());
      return from(hub, screen, path.contains("wait=") ? path : path + "&wait=" + WAIT_SECONDS);
    }

    /// Goes on behind what the hub has dropped, and says so.
    private static Page<ResultRow> from(HubClient hub, Screen screen, String path) {
      try {
        return hub.page(ResultRow.class, path);
      } catch (Refused refused) {
        if (!(refused.reason() instanceof Reason.RowsGone gone)) {
          throw refused;
        }
        screen.note("some results in between are gone: " + WHY_GONE);
        return hub.page(
            ResultRow.class, path.replaceFirst("([?&]after=)\\d+", "$1" + gone.through()));
      }
    }

    private void tellWhatIsGone(HubClient hub, Screen screen, int shown) {
      boolean isAllShown = after == null && shown < Math.clamp(last, 0, ROWS_MAX);
      long gone = isAllShown ? hub.get(LogState.class, "/results/kept").gone() : 0;
      if (gone > 0) {
        screen.hint("older results are gone, " + gone + " of all devices: " + WHY_GONE);
      } else if (shown == 0) {
        screen.hint("no result yet");
      }
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
