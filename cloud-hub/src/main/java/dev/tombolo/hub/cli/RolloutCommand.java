package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutMade;
import dev.tombolo.hub.http.api.RolloutPreviewShown;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.RolloutSteerAsk;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo rollout ...`.
@Command(
    name = "rollout",
    description = {
      "Move devices to a release in waves: a canary first, the next wave only when it is healthy.",
      "Shops that are dark neither block a wave nor fail it; they follow when they come back."
    },
    subcommands = {
      RolloutCommand.Create.class,
      RolloutCommand.PreviewIt.class,
      RolloutCommand.ListAll.class,
      RolloutCommand.Show.class,
      RolloutCommand.Watch.class,
      RolloutCommand.Pause.class,
      RolloutCommand.Resume.class,
      RolloutCommand.Approve.class,
      RolloutCommand.Abort.class,
      RolloutCommand.Rollback.class,
      RolloutCommand.Retry.class,
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo rollout preview people-embedding@1.5.0 --fleet retail --price-per-gb 4.50",
      "  tombolo rollout create people-embedding@1.5.0 --fleet retail --wave canary=2 --wave rest=rest",
      "  tombolo rollout watch r12"
    })
final class RolloutCommand extends CommandGroup {
  static Table table(List<RolloutRow> rows) {
    Table table =
        new Table(
            "ID",
            "NAME",
            "RELEASE",
            "SCOPE",
            "STATE",
            "HAVE IT",
            "FAILED",
            "NOT REACHED",
            "LEFT ALONE",
            "BEGUN");
    for (RolloutRow row : rows) {
      table.row(
          row.id(),
          row.name() == null ? "-" : row.name(),
          row.release(),
          row.scope(),
          row.state(),
          row.succeeded() + " of " + row.devices(),
          "" + row.failed(),
          "" + row.notReached(),
          "" + row.leftAlone(),
          Listing.ago(row.createdMillis()) + " by " + row.createdBy());
    }
    return table;
  }

  @Command(
      name = "create",
      description = {
        "Begin a rollout. Devices of an open wave download at once, and switch when they get leave."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo rollout create people-embedding@1.5.0 --fleet retail",
        "  tombolo rollout create people-embedding@1.5.0 --fleet retail \\",
        "      --wave canary=5,soak=30m,healthy=100 --wave early=10%%,approval --roll-back",
        "  tombolo rollout create till@7.1 --fleet retail --label region=north --per-site 2",
        "Look at it first: the same options with 'tombolo rollout preview'."
      })
  @SuppressWarnings("NullAway.Init")
  static final class Create extends HubOptions implements Callable<Integer> {
    @Mixin private RolloutOptions options;
    @Mixin private Confirmation confirmation;

    @Option(
        names = "--even-if-nobody",
        description = {
          "Begin it though no device is in its scope yet. Those that come later take part."
        })
    private boolean evenIfNobody;

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        RolloutMade made =
            confirmation.guard(
                screen.person(),
                typed ->
                    hub.post(
                        RolloutMade.class,
                        "/rollouts",
                        options.ask(null, null, evenIfNobody, typed)));
        screen.say(made, () -> "rollout " + made.rollout() + " begun");
        made.warnings().forEach(warning -> screen.hint("warning: " + warning));
        screen.hint("watch it: tombolo rollout watch " + made.rollout());
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "preview",
      description = {
        "What a rollout would do, without doing it.",
        "Devices, sites and bytes of each wave, when it is done if every shop is reached at once, what",
        "it costs, and which shops' windows are too short. A line counts with the rate that its own",
        "downloads had. Bundles count with their size once they are made, else whole files.",
        "Named are the three sites that load most; with --sites or --json the 1,000 that load most, and",
        "of sites whose windows are too short the worst 1,000. The sums count all."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo rollout preview people-embedding@1.5.0 --fleet retail --line-rate 2",
        "  tombolo rollout preview people-embedding@1.5.0 --fleet retail --sites"
      })
  @SuppressWarnings("NullAway.Init")
  static final class PreviewIt extends HubOptions implements Callable<Integer> {
    @Mixin private RolloutOptions options;

    @Option(
        names = "--line-rate",
        paramLabel = "MBIT",
        description =
            "What a site's line carries that nobody has measured yet, in Mbit/s. Default: 10")
    private @Nullable Double megabits;

    @Option(
        names = "--price-per-gb",
        paramLabel = "PRICE",
        description = "What a gigabyte (10^9 bytes) over a line costs.")
    private @Nullable BigDecimal price;

    @Option(
        names = "--sites",
        description = {
          "Name every site that loads something, and every one whose windows are too short: up to",
          "1,000 of each."
        })
    private boolean areAllSitesNamed;

    @Override
    public Integer call() {
      if (megabits != null && megabits <= 0) {
        throw Failure.usage("--line-rate: " + megabits + " is no rate; use more than 0");
      }
      if (price != null && price.signum() < 0) {
        throw Failure.usage("--price-per-gb: " + price + " is no price; use 0 or more");
      }
      Long bits =
          megabits == null ? null : Math.max(1, (long) (megabits * PreviewWords.BITS_OF_MEGABIT));
      Screen screen = screen();
      try (HubClient hub = hub()) {
        RolloutPreviewShown shown =
            hub.post(
                RolloutPreviewShown.class,
                "/rollouts/preview",
                options.ask(bits, price, false, null));
        screen.say(shown, () -> PreviewWords.of(shown, areAllSitesNamed));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "list",
      description = "List rollouts, newest first.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout list --fleet retail")
  @SuppressWarnings("NullAway.Init")
  static final class ListAll extends HubOptions implements Callable<Integer> {
    @Option(names = "--fleet", paramLabel = "FLEET", description = "Only of this fleet.")
    private @Nullable String fleet;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        String query = fleet == null ? "" : "?fleet=" + HubClient.escape(fleet);
        List<RolloutRow> rows = hub.list(RolloutRow.class, "/rollouts" + query);
        screen().table(rows, table(rows), "no rollout yet; begin one: tombolo rollout create");
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "show",
      description = "A rollout: its waves, what it waits for, who failed and why.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout show r12")
  @SuppressWarnings("NullAway.Init")
  static final class Show extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "ROLLOUT", description = "Its id, like r12, or its name.")
    private String rollout;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        RolloutDetail detail =
            hub.get(RolloutDetail.class, "/rollouts/" + HubClient.escape(rollout));
        screen().say(detail, () -> RolloutPicture.of(detail));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "watch",
      description = {
        "Follow a rollout until it ends, drawn anew in place. While the hub is away it goes on trying.",
        "With --json or without a terminal: a line whenever something has changed."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  tombolo rollout watch r12", "  tombolo rollout watch r12 --json | jq .words"})
  @SuppressWarnings("NullAway.Init")
  static final class Watch extends HubOptions implements Callable<Integer> {
    private static final long LOOK_NANOS = 1_000_000_000;
    private static final String AWAY = "the hub does not answer; trying again (Ctrl-C ends)";

    @Parameters(paramLabel = "ROLLOUT", description = "Its id, like r12, or its name.")
    private String rollout;

    @Override
    public Integer call() {
      Screen screen = screen();
      boolean isDrawn = screen.person().isThere() && !screen.isJson();
      String path = "/rollouts/" + HubClient.escape(rollout);
      try (HubClient hub = hub()) {
        String before = "";
        int lines = 0;
        boolean isAway = false;
        while (!screen.out().checkError()) {
          RolloutDetail detail;
          try {
            detail = hub.get(RolloutDetail.class, path);
          } catch (Failure failure) {
            // A wrong address is told at once; a hub that has answered is only being restarted.
            boolean isGone = failure.exit() == Exit.HUB_NOT_REACHED && !before.isEmpty();
            if (!isGone || Thread.currentThread().isInterrupted()) {
              throw failure;
            }
            if (!isAway) {
              screen.note(AWAY);
            }
            isAway = true;
            lines = 0;
            LockSupport.parkNanos(LOOK_NANOS);
            continue;
          }
          if (isAway) {
            screen.note("the hub answers again");
            isAway = false;
          }
          String now =
              screen.isJson()
                  ? AdminJson.write(detail.rollout())
                  : isDrawn ? RolloutPicture.of(detail) : RolloutPicture.line(detail.rollout());
          if (isDrawn) {
            String drawn = screen.person().wantsColour() ? RolloutPicture.coloured(now) : now;
            lines = RolloutPicture.draw(screen.out(), drawn, lines, screen.person().rows());
          } else if (!now.equals(before)) {
            screen.out().println(now);
            screen.out().flush();
          }
          before = now;
          if (isOver(detail.rollout())) {
            return detail.rollout().state().equals("completed") ? Exit.OK : Exit.REFUSED;
          }
          LockSupport.parkNanos(LOOK_NANOS);
        }
      }
      return Exit.OK;
    }

    private static boolean isOver(RolloutRow row) {
      return switch (row.state()) {
        case "planning", "rolling", "paused" -> false;
        case "rolled-back", "aborted" -> row.inFlight() == 0;
        default -> true;
      };
    }
  }

  /// Everything that only says a word.
  @SuppressWarnings("NullAway.Init")
  abstract static class Steer extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "ROLLOUT", description = "Its id, like r12, or its name.")
    private String rollout;

    @Mixin private Confirmation confirmation;

    abstract String action();

    String why() {
      return "";
    }

    boolean anyway() {
      return false;
    }

    @Nullable String wave() {
      return null;
    }

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        String path = "/rollouts/" + HubClient.escape(rollout) + "/" + action();
        Changes changes =
            confirmation.guard(
                screen.person(),
                typed ->
                    hub.post(
                        Changes.class, path, new RolloutSteerAsk(why(), anyway(), wave(), typed)));
        screen.say(changes, () -> String.join("\n", changes.changes()));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "pause",
      description = "Give no more permits. Those given may still be used.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout pause r12")
  static final class Pause extends Steer {
    @Override
    String action() {
      return "pause";
    }
  }

  @Command(
      name = "resume",
      description = "Go on with a paused rollout.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout resume r12")
  static final class Resume extends Steer {
    @Override
    String action() {
      return "resume";
    }
  }

  @Command(
      name = "approve",
      description = {
        "Say yes to the next wave; it opens when the one before is healthy.",
        "It says yes to the wave that it names and to no other, however often it is said. Which one",
        "may be left out when only one is left."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo rollout approve r12 --wave early",
        "  tombolo rollout approve r12 --wave early --anyway"
      })
  static final class Approve extends Steer {
    @Option(
        names = "--wave",
        paramLabel = "NAME",
        description = "Which one; refused when it is not the next.")
    private @Nullable String wave;

    @Option(names = "--anyway", description = "Open it now, though the gate is shut.")
    private boolean anyway;

    @Override
    String action() {
      return "approve";
    }

    @Override
    boolean anyway() {
      return anyway;
    }

    @Override
    @Nullable String wave() {
      return wave;
    }
  }

  @Command(
      name = "abort",
      description = {
        "End a rollout: no more permits. Who has switched stays; the others keep what they have.",
        "Permits that may still be in use are listed."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout abort r12 --why 'counts are off in the north'")
  @SuppressWarnings("NullAway.Init")
  static final class Abort extends Steer {
    @Option(names = "--why", defaultValue = "", description = "For the audit and for 'why'.")
    private String why;

    @Override
    String action() {
      return "abort";
    }

    @Override
    String why() {
      return why;
    }
  }

  @Command(
      name = "rollback",
      description = {
        "End a rollout, and take everybody who has switched back to what they had.",
        "All at once, each in its site's windows: the rollout's budgets are for the way there."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout rollback r12 --why 'counts are off'")
  @SuppressWarnings("NullAway.Init")
  static final class Rollback extends Steer {
    @Option(names = "--why", defaultValue = "", description = "For the audit and for 'why'.")
    private String why;

    @Override
    String action() {
      return "rollback";
    }

    @Override
    String why() {
      return why;
    }
  }

  @Command(
      name = "retry",
      description = "Try those again that failed; an aborted rollout goes on.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo rollout retry r12")
  static final class Retry extends Steer {
    @Override
    String action() {
      return "retry";
    }
  }
}
