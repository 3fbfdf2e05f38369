package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.PauseAsk;
import dev.tombolo.hub.http.api.PauseRow;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo transfer`.
@Command(
    name = "transfer",
    description = {
      "Stop what a device or a shop downloads, and let it go on at the same byte.",
      "What is on its way: tombolo get transfers."
    },
    subcommands = {
      TransferCommand.Pause.class,
      TransferCommand.Resume.class,
      TransferCommand.Paused.class,
    })
final class TransferCommand extends CommandGroup {

  /// Which device or site.
  static class Place extends HubOptions {
    @Parameters(paramLabel = "SITE/SLOT", arity = "0..1", description = "The device in this slot.")
    @Nullable String slot;

    @Option(names = "--site", paramLabel = "SITE", description = "All devices of this site.")
    @Nullable String site;

    @Mixin Confirmation confirmation = new Confirmation();

    int steer(String path, String why) {
      if ((slot == null) == (site == null)) {
        throw Failure.usage("say one of SITE/SLOT and --site SITE");
      }
      Screen screen = screen();
      try (HubClient hub = hub()) {
        Changes changes =
            confirmation.guard(
                screen.person(),
                typed -> hub.post(Changes.class, path, new PauseAsk(site, slot, why, typed)));
        screen.say(changes, () -> String.join("\n", changes.changes()));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "pause",
      description = {
        "Stop downloads, from the hub and from other devices of the site, until they are resumed.",
        "It comes with the signed document, so the device must be reached once; then it holds with",
        "the line down and after a restart. What runs goes on, and so do what the device serves to",
        "others, ways back, and repairs of what is live. Who did it, and why, stands in the audit."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo transfer pause store-117/counter-1 --why 'the tills are slow'",
        "  tombolo transfer pause --site store-117 --why 'inventory until Monday'"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Pause extends Place implements Callable<Integer> {
    @Option(
        names = "--why",
        required = true,
        paramLabel = "TEXT",
        description = "For the audit, and for the people in the shop.")
    private String why;

    @Override
    public Integer call() {
      return steer("/transfers/pause", why);
    }
  }

  @Command(
      name = "resume",
      description = "Let downloads go on where they stopped.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo transfer resume store-117/counter-1",
        "  tombolo transfer resume --site store-117 --why 'inventory is over'"
      })
  static final class Resume extends Place implements Callable<Integer> {
    @Option(names = "--why", paramLabel = "TEXT", description = "For the audit.")
    private @Nullable String why;

    @Override
    public Integer call() {
      return steer("/transfers/resume", why == null ? "" : why);
    }
  }

  @Command(
      name = "paused",
      description = "List whose downloads are paused.",
      footerHeading = "%nExamples:%n",
      footer = {"  tombolo transfer paused", "  tombolo transfer paused --json"})
  static final class Paused extends HubOptions implements Callable<Integer> {
    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        List<PauseRow> rows = hub.list(PauseRow.class, "/transfers/paused");
        Table table = new Table("SITE", "SLOT", "SINCE", "BY", "WHY");
        for (PauseRow row : rows) {
          table.row(
              row.site(),
              row.slot() == null ? "(all)" : row.slot(),
              Listing.ago(row.sinceMillis()),
              row.by(),
              row.why());
        }
        screen.table(rows, table, "nobody has paused any downloads");
      }
      return Exit.OK;
    }
  }
}
