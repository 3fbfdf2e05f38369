package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.daemon.Restore;
import dev.tombolo.hub.http.api.RestoreDone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tombolo hub restore`.
@Command(
    name = "restore",
    description = {
      "Put a backup into a data folder, so that a hub can be started on it. No hub may run there.",
      "The restored hub has a new history with a higher epoch, which devices take over; join tokens"
          + " made before are void; devices that enrolled after the backup wait for your approval"
          + " ('tombolo device list --waiting').",
      "Revocations that came after the backup are read from revocations.log in the folder, or from"
          + " --journal."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo hub restore --from hub.tombolo --data /var/lib/tombolo-new",
      "  tombolo hub restore --from hub.tombolo --data /var/lib/tombolo --replace",
      "  tombolo hub restore --from hub.tombolo --data ./hub --journal old/revocations.log"
    })
@SuppressWarnings("NullAway.Init")
final class RestoreCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "What 'tombolo hub backup' wrote.")
  private Path from;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The data folder; made if it is not there.")
  private Path data;

  @Option(
      names = "--journal",
      paramLabel = "FILE",
      description = "A journal of revocations; default: revocations.log in the data folder.")
  private @Nullable Path journal;

  @Option(
      names = "--replace",
      description = "Set aside the database and CA of a hub that stand in the folder.")
  private boolean replace;

  @Override
  public Integer call() {
    if (!Files.isRegularFile(from)) {
      throw new Failure(Exit.NOT_FOUND, "not-found", "there is no backup " + from);
    }
    if (journal != null && !Files.isRegularFile(journal)) {
      throw new Failure(Exit.NOT_FOUND, "not-found", "there is no journal " + journal);
    }
    Screen screen = common.screen();
    try {
      Restore.Restored restored =
          Restore.restore(
              from,
              data,
              Optional.ofNullable(journal),
              replace,
              System.getProperty("user.name", "somebody"),
              Instant.now());
      screen.say(answer(restored), () -> words(restored));
      screen.hint("start it: tombolo hub --data " + data);
      return Exit.OK;
    } catch (IOException e) {
      throw Failure.refused("restore", "nothing was restored: " + e.getMessage());
    }
  }

  private static RestoreDone answer(Restore.Restored restored) {
    return new RestoreDone(
        restored.history().epoch(),
        restored.history().id(),
        restored.content().madeMillis(),
        restored.tokensVoided(),
        restored.standingsTaken(),
        restored.setAside().map(Path::toString).orElse(null),
        restored.missing());
  }

  private String words(Restore.Restored restored) {
    StringBuilder words = new StringBuilder();
    words.append(
        """
        %s holds the hub as of %s
          history   epoch %d, %s (before: epoch %d)
          tokens    %d join tokens are void; make new ones
          journal   %d devices stand otherwise than in the backup
        """
            .formatted(
                data,
                Instant.ofEpochMilli(restored.content().madeMillis()),
                restored.history().epoch(),
                restored.history().id(),
                restored.content().epoch(),
                restored.tokensVoided(),
                restored.standingsTaken()));
    restored
        .setAside()
        .ifPresent(
            aside ->
                words.append("  before    what stood there is in ").append(aside).append('\n'));
    if (!restored.missing().isEmpty()) {
      words
          .append("  releases  ")
          .append(restored.missing().size())
          .append(" files are missing; push their releases again: tombolo release push\n");
    }
    return words.toString();
  }
}
