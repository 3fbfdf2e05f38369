package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.TokenAsk;
import dev.tombolo.hub.http.api.TokenShown;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo token`.
@Command(
    name = "token",
    description = "Join tokens: what a new device enrols with.",
    subcommands = {
      TokenCommand.Create.class,
      TokenCommand.ListTokens.class,
      TokenCommand.Revoke.class,
    })
final class TokenCommand extends CommandGroup {

  @Command(
      name = "create",
      description = {
        "Make a join token. Its text is shown only now; the hub keeps a hash of its secret.",
        "Without --slot each device that uses it takes a free slot of the site or fleet."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo token create --fleet retail --slot store-117/counter-1",
        "  tombolo token create --fleet retail --site store-117 --uses 4 --life 8h",
        "  tombolo edge token create --fleet=production-fleet"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Create extends HubOptions implements Callable<Integer> {
    @Mixin private Confirmation confirmation;

    @Option(
        names = "--fleet",
        required = true,
        paramLabel = "FLEET",
        description = "For which fleet.")
    private String fleet;

    @Option(names = "--site", paramLabel = "SITE", description = "Only for this site.")
    private @Nullable String site;

    @Option(
        names = "--slot",
        paramLabel = "SITE/SLOT",
        description = "Only for this slot, once; a device that holds it is replaced.")
    private @Nullable String slot;

    @Option(
        names = "--uses",
        defaultValue = "1",
        paramLabel = "N",
        description = "How many devices may enrol with it, up to 500. Default: 1")
    private int uses;

    @Option(
        names = "--life",
        defaultValue = "1h",
        paramLabel = "TIME",
        description = "How long it is good: 1h, 7d; up to 90d with --slot. Default: 1h")
    private String life;

    @Option(
        names = "--endpoint",
        paramLabel = "HOST:PORT",
        description =
            "Where these devices reach the hub, if not by its usual address; up to 4, best first.")
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
                        "/tokens",
                        new TokenAsk(
                            fleet, site, slot, uses, duration.toSeconds(), endpoints, typed)));
        screen.say(token, token::token);
        screen.hint(InstallHint.words(token));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "list",
      description = "List join tokens, newest first.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo token list")
  @SuppressWarnings("NullAway.Init")
  static final class ListTokens extends HubOptions implements Callable<Integer> {
    @Mixin private ListOptions lines;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        lines.show(Listing.TOKENS, hub, screen(), "");
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "revoke",
      description = "Make a join token void. Devices that enrolled with it stay.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo token revoke 3f9c01d2a4b5c6d7")
  @SuppressWarnings("NullAway.Init")
  static final class Revoke extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "TOKEN", description = "Its id, as 'tombolo token list' shows it.")
    private String token;

    @Override
    public Integer call() {
      if (token.startsWith("tmb1_")) {
        throw Failure.usage(
            "that is a token's text; give its id, as 'tombolo token list' shows it");
      }
      try (HubClient hub = hub()) {
        Changes changes = hub.delete(Changes.class, "/tokens/" + HubClient.escape(token));
        screen().say(changes, () -> String.join("\n", changes.changes()));
      }
      return Exit.OK;
    }
  }
}
