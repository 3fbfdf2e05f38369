package dev.tombolo.hub.cli.client;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Person;
import dev.tombolo.protocol.reason.Reason;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Guards against the change that was meant for another fleet: whoever changes a protected one
/// types its name.
@Command
@SuppressWarnings("NullAway.Init")
public final class Confirmation {
  @Option(
      names = "--yes-really",
      paramLabel = "FLEET",
      description = "In scripts: the name of the protected fleet that you mean to change.")
  private @Nullable String typed;

  /// Runs a change; where the hub wants the fleet's name typed, asks and runs it again.
  ///
  /// @param change takes what was typed, null when nothing was
  public <T> T guard(Person person, Function<@Nullable String, T> change) {
    try {
      return change.apply(typed);
    } catch (Refused refused) {
      if (!(refused.reason() instanceof Reason.ProtectedFleet fleet)) {
        throw refused;
      }
      if (typed != null) {
        throw notConfirmed(
            "fleet " + fleet.fleet() + " is protected, and --yes-really names '" + typed + "'");
      }
      if (!person.isThere()) {
        throw notConfirmed(
            "fleet "
                + fleet.fleet()
                + " is protected; say --yes-really "
                + fleet.fleet()
                + " if that is the one you mean to change");
      }
      String answer =
          person
              .ask("Fleet " + fleet.fleet() + " is protected. Type its name to change it: ")
              .map(String::strip)
              .orElse("");
      if (!answer.equals(fleet.fleet())) {
        throw notConfirmed("that is not its name");
      }
      return change.apply(answer);
    }
  }

  private static Failure notConfirmed(String what) {
    return new Failure(Exit.NOT_CONFIRMED, "protected-fleet", what + "; nothing was changed");
  }
}
