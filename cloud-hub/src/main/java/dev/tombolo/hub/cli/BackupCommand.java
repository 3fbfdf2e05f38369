package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.daemon.Backup;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.BackupBegun;
import dev.tombolo.hub.http.api.BackupContent;
import dev.tombolo.hub.http.api.BackupDone;
import dev.tombolo.hub.http.api.BackupFile;
import dev.tombolo.hub.http.api.Changes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tombolo hub backup`.
@Command(
    name = "backup",
    description = {
      "Back up a running hub into one file: a consistent copy of its database, its CA with all keys,"
          + " and the list of its release files. Run it on the hub's machine.",
      "Who has the file is the hub: keep it as secret as the data folder, and not on the same disk.",
      "From the first backup on devices keep what no backup has, and tell a restored hub again."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo hub backup --data /var/lib/tombolo --out /mnt/backups/hub-$(date +%%F).tombolo",
      "  tombolo hub backup --data ./hub --out hub.tombolo --with-files"
    })
@SuppressWarnings("NullAway.Init")
final class BackupCommand extends HubOptions implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The file to write (mode 0600); replaced when it is there.")
  private Path out;

  @Option(names = "--with-files", description = "Put the release files in it too.")
  private boolean withFiles;

  @Override
  public Integer call() {
    Path data =
        dataFolder()
            .orElseThrow(
                () -> Failure.usage("--data is missing: say which hub's data folder to back up"));
    Screen screen = screen();
    try (HubClient hub = hub()) {
      BackupBegun begun = AdminJson.read(BackupBegun.class, hub.postText("/backups", "{}"));
      Backup.Made made = Backup.make(data, out, withFiles, Instant.now());
      hub.post(
          Changes.class,
          "/backups/" + begun.id() + "/done",
          new BackupDone(made.archive().hex(), made.bytes()));
      screen.say(made.content(), () -> words(made));
      screen.hint("restore it: tombolo hub restore --from " + out + " --data DIR");
      return Exit.OK;
    } catch (IOException e) {
      throw Failure.refused("backup", "no backup was made: " + e.getMessage());
    }
  }

  private String words(Backup.Made made) {
    BackupContent content = made.content();
    long releaseBytes = content.releaseFiles().stream().mapToLong(BackupFile::bytes).sum();
    return """
    %s  %s, sha256 %s
      history   epoch %d, %s
      database  %d devices, audit through line %d
      CA        all keys: keep this file secret
      releases  %d files, %s, %s"""
        .formatted(
            out,
            Ago.bytes(made.bytes()),
            made.archive().hex(),
            content.epoch(),
            content.history(),
            content.devices(),
            content.auditSequence(),
            content.releaseFiles().size(),
            Ago.bytes(releaseBytes),
            content.withFiles() ? "in it" : "not in it (--with-files puts them in)");
  }
}
