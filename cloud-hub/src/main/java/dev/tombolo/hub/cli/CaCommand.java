package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.daemon.AuthorityChange;
import dev.tombolo.hub.http.api.AuthorityChanged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `tombolo hub ca`.
@Command(
    name = "ca",
    description =
        "The hub's own CA and the key that signs desired documents. The hub must not run.",
    subcommands = {CaCommand.Rotate.class, CaCommand.RotateDocumentKey.class})
final class CaCommand extends CommandGroup {

  @Command(
      name = "rotate",
      description = {
        "Make a new root. Devices that know an older one are led to it by cross-signed certificates"
            + " for the whole offline budget, and learn it with their next renewal or recovery.",
        "Make a backup right afterwards: one from before the rotation cannot serve devices that have"
            + " renewed since."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo hub ca rotate --data /var/lib/tombolo")
  @SuppressWarnings("NullAway.Init")
  static final class Rotate implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description = "The data folder of a hub that does not run.")
    private Path data;

    @Override
    public Integer call() {
      Screen screen = common.screen();
      try {
        AuthorityChange.Changed changed =
            AuthorityChange.rotateRoot(data, budget(data), user(), Instant.now());
        screen.say(
            new AuthorityChanged(changed.before(), changed.after(), changed.rootsInService()),
            () ->
                "root "
                    + changed.after()
                    + " in force, "
                    + changed.rootsInService()
                    + " roots in service; before: "
                    + changed.before());
        screen.hint(
            "start the hub, then: tombolo hub backup. Join tokens made before go on to work for"
                + " installed agents; a broker needs its configuration anew (tombolo hub"
                + " broker-config)");
        return Exit.OK;
      } catch (IOException e) {
        throw Failure.refused("ca-rotate", String.valueOf(e.getMessage()));
      }
    }
  }

  @Command(
      name = "rotate-document-key",
      description = {
        "Make a new key for desired documents. Each device is told as it connects; until then it"
            + " takes nothing that the new key signed, and still believes the old one."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo hub ca rotate-document-key --data /var/lib/tombolo")
  @SuppressWarnings("NullAway.Init")
  static final class RotateDocumentKey implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = "--data",
        required = true,
        paramLabel = "DIR",
        description = "The data folder of a hub that does not run.")
    private Path data;

    @Override
    public Integer call() {
      Screen screen = common.screen();
      try {
        AuthorityChange.Changed changed =
            AuthorityChange.rotateDocumentKey(data, user(), Instant.now());
        screen.say(
            new AuthorityChanged(changed.before(), changed.after(), changed.rootsInService()),
            () -> "document key " + changed.after() + "; before: " + changed.before());
        screen.hint("start the hub, then: tombolo hub backup");
        return Exit.OK;
      } catch (IOException e) {
        throw Failure.refused("document-key-rotate", String.valueOf(e.getMessage()));
      }
    }
  }

  private static Duration budget(Path data) throws IOException {
    Path config = data.resolve("hub.yaml");
    HubConfig read = Files.exists(config) ? HubConfig.load(config, data) : HubConfig.usual(data);
    return read.trust().offlineBudget().plus(read.trust().certificateLife());
  }

  private static String user() {
    return System.getProperty("user.name", "somebody");
  }
}
