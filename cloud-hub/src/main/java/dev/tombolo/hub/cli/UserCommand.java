package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.UserAsk;
import dev.tombolo.hub.http.api.UserShown;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `tombolo user`.
@Command(
    name = "user",
    description = "People who may use the admin API, a token each.",
    subcommands = {
      UserCommand.Create.class,
      UserCommand.ListUsers.class,
      UserCommand.Revoke.class,
    })
final class UserCommand extends CommandGroup {

  @Command(
      name = "create",
      description = "Make a token for a person. It is shown only now; the hub keeps its hash.",
      footerHeading = "%nExample:%n",
      footer = {
        "  tombolo user create alice > alice.token",
        "  alice: mkdir -p ~/.config/tombolo; install -m 600 alice.token ~/.config/tombolo/token"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Create extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The audit will say user:NAME.")
    private String name;

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        UserShown user = hub.post(UserShown.class, "/users", new UserAsk(name));
        screen.say(user, user::token);
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "list",
      description = "List the people who have or had a token.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo user list")
  @SuppressWarnings("NullAway.Init")
  static final class ListUsers extends HubOptions implements Callable<Integer> {
    @Mixin private ListOptions lines;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        lines.show(Listing.USERS, hub, screen(), "");
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "revoke",
      description = "Make a person's token void at once.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo user revoke alice")
  @SuppressWarnings("NullAway.Init")
  static final class Revoke extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "Whose.")
    private String name;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        Changes changes = hub.delete(Changes.class, "/users/" + HubClient.escape(name));
        screen().say(changes, () -> String.join("\n", changes.changes()));
      }
      return Exit.OK;
    }
  }
}
