package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.http.api.ApproveAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.ReplaceAsk;
import dev.tombolo.hub.http.api.TokenShown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo device`.
@Command(
    name = "device",
    description = "Devices: who was put out and may come back, and how a broken one is replaced.",
    subcommands = {
      DeviceCommand.ListDevices.class,
      DeviceCommand.Approve.class,
      DeviceCommand.Replace.class,
    })
final class DeviceCommand extends CommandGroup {

  @Command(
      name = "list",
      description = "List devices; by default all of them.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo device list --quarantined             two machines use one identity",
        "  tombolo device list --waiting --fleet retail  an operator must let them in"
      })
  @SuppressWarnings("NullAway.Init")
  static final class ListDevices extends HubOptions implements Callable<Integer> {
    @Option(names = "--quarantined", description = "Only those put out because of a clone.")
    private boolean quarantined;

    @Option(names = "--waiting", description = "Only those that wait for an operator.")
    private boolean waiting;

    @Option(names = "--fleet", paramLabel = "FLEET", description = "Only of this fleet.")
    private @Nullable String fleet;

    @Option(names = "--site", paramLabel = "SITE", description = "Only of this site.")
    private @Nullable String site;

    @Mixin private ListOptions lines;

    @Override
    public Integer call() {
      if (quarantined && waiting) {
        throw Failure.usage("a device is quarantined or waits, never both; give one of the two");
      }
      List<String> query = new ArrayList<>();
      if (quarantined) {
        query.add("standing=quarantined");
      }
      if (waiting) {
        query.add("standing=waiting");
      }
      if (fleet != null) {
        query.add("fleet=" + HubClient.escape(fleet));
      }
      if (site != null) {
        query.add("site=" + HubClient.escape(site));
      }
      try (HubClient hub = hub()) {
        Listing listing = quarantined || waiting ? Listing.PUT_OUT : Listing.DEVICES;
        lines.show(listing, hub, screen(), String.join("&", query));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "approve",
      description = {
        "Let a device take part again that was quarantined or waits for an operator.",
        "First find out why ('tombolo why DEVICE'): if its disk was copied, the copy comes back too."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo device approve store-117/counter-1 --why \"the clone was a test, wiped\"",
        "  tombolo device approve dev-7k2m9q4r8s1t5v0w3x6y2z4a --slot store-117/counter-2"
            + " --why \"moved\""
      })
  @SuppressWarnings("NullAway.Init")
  static final class Approve extends HubOptions implements Callable<Integer> {
    @Mixin private Confirmation confirmation;

    @Parameters(paramLabel = "DEVICE", description = "A device's id, or its slot as SITE/SLOT.")
    private String device;

    @Option(
        names = "--slot",
        paramLabel = "SITE/SLOT",
        description = "Where it stands from now on. Default: where it stood")
    private @Nullable String slot;

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
                        "/devices/" + HubClient.escape(device) + "/approve",
                        new ApproveAsk(why, slot, typed)));
        screen.say(changes, () -> String.join("\n", changes.changes()));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "replace",
      description = {
        "Make a token with which a new device takes over a slot.",
        "The old one goes on until then; in the moment the new one enrols it is shut out for ever,"
            + " within seconds."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo device replace store-117/counter-1",
        "  tombolo device replace store-117/counter-1 --life 30d      the new box goes by post"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Replace extends HubOptions implements Callable<Integer> {
    @Mixin private Confirmation confirmation;

    @Parameters(paramLabel = "SLOT", description = "The slot, as SITE/SLOT.")
    private String slot;

    @Option(
        names = "--life",
        defaultValue = "7d",
        paramLabel = "TIME",
        description = "How long the token is good: 1h, 7d, up to 90d. Default: 7d")
    private String life;

    @Option(
        names = "--endpoint",
        paramLabel = "HOST:PORT",
        description =
            "Where the new device reaches the hub, if not by its usual address; up to 4, best"
                + " first.")
    private @Nullable List<String> endpoints;

    @Override
    public Integer call() {
      Duration duration;
      try {
        duration = Units.duration(life);
      } catch (IllegalArgumentException e) {
        throw Failure.usage("--life: " + e.getMessage());
      }
      Screen screen = screen();
      try (HubClient hub = hub()) {
        TokenShown token =
            confirmation.guard(
                screen.person(),
                typed ->
                    hub.post(
                        TokenShown.class,
                        "/replacements",
                        new ReplaceAsk(slot, duration.toSeconds(), endpoints, typed)));
        screen.say(token, token::token);
        screen.hint(InstallHint.words(token));
      }
      return Exit.OK;
    }
  }
}
