package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.RestoreSteps;
import dev.tombolo.hub.files.RevocationJournal;
import dev.tombolo.hub.http.api.BackupContent;
import dev.tombolo.hub.http.api.BackupFile;
import dev.tombolo.hub.sqlite.DataFolderRefused;
import dev.tombolo.hub.sqlite.DatabaseCopy;
import dev.tombolo.hub.sqlite.DatabaseDamaged;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts a backup into a data folder, so that a hub may go on with it. Until it is whole the folder
/// has a mark on which no hub starts; a restore that was cut off is simply made again.
public final class Restore {
  private static final int HISTORY_ID_BYTES = 16;
  private static final List<String> SET_ASIDE =
      List.of("hub.db", "hub.db-wal", "hub.db-shm", "hub.db-commits", "ca", "admin-token");

  private Restore() {}

  /// @param setAside where the database and CA went that stood there before
  /// @param missing releases' files that are neither in the backup nor in the folder
  public record Restored(
      BackupContent content,
      History history,
      int tokensVoided,
      int standingsTaken,
      Optional<Path> setAside,
      List<BackupFile> missing) {
    public Restored {
      missing = List.copyOf(missing);
    }
  }

  /// @param journal a journal of revocations from elsewhere; the folder's own is read, too
  /// @param replace a hub's database that stands in the folder is set aside
  /// @param by who restores, for the audit
  /// @throws IOException in words for the operator
  public static Restored restore(
      Path from, Path data, Optional<Path> journal, boolean replace, String by, Instant now)
      throws IOException {
    BackupContent content = BackupArchive.content(from);
    try (DataFolder folder = DataFolder.holdForRestore(data)) {
      boolean occupied = Files.exists(folder.database()) || Files.exists(folder.authority());
      if (occupied && !replace && !folder.isBeingRestored()) {
        throw new IOException(
            data
                + " has a hub's data already; choose an empty folder, or say --replace: its database"
                + " and CA are set aside within it, its journal of revocations and release files stay");
      }
      long epochAbove =
          DatabaseCopy.historyOf(folder.database()).stream()
              .mapToLong(History::epoch)
              .max()
              .orElse(0);
      Path work = data.resolve("restore.tmp");
      remove(work);
      Files.createDirectory(
          work, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      BackupArchive.unpack(from, content, work);
      RestoreSteps.Outcome outcome =
          goOn(work.resolve("hub.db"), order(from, content, folder, journal, epochAbove, by), now);
      folder.beginRestore();
      Optional<Path> aside = setAside(content, data, now);
      moveIn(content, work, data);
      if (journal.isPresent()) {
        // So that the next restore into this folder knows it, too.
        RevocationJournal.open(folder.journal()).merge(RevocationJournal.read(journal.get()));
      }
      BackupArchive.sync(data);
      folder.endRestore();
      remove(work);
      return new Restored(
          content,
          outcome.history(),
          outcome.tokensVoided(),
          outcome.standingsTaken(),
          aside,
          missing(content, data));
    } catch (DatabaseDamaged e) {
      throw new IOException(from + ": its database is damaged: " + e.getMessage(), e);
    } catch (StoreFailure | DataFolderRefused e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static RestoreSteps.Order order(
      Path from,
      BackupContent content,
      DataFolder folder,
      Optional<Path> journal,
      long epochAbove,
      String by)
      throws IOException {
    byte[] id = new byte[HISTORY_ID_BYTES];
    new SecureRandom().nextBytes(id);
    List<RevocationJournal.Line> own =
        Files.exists(folder.journal()) ? RevocationJournal.read(folder.journal()) : List.of();
    List<RevocationJournal.Line> other =
        journal.isPresent() ? RevocationJournal.read(journal.get()) : List.of();
    List<RestoreSteps.Noted> noted =
        RevocationJournal.joined(own, other).stream()
            .map(line -> new RestoreSteps.Noted(line.device(), line.standing(), line.millis()))
            .toList();
    return new RestoreSteps.Order(
        content.madeMillis(),
        Digest.ofHex(BackupArchive.describe("", from).digest()),
        epochAbove,
        HexFormat.of().formatHex(id),
        noted,
        by);
  }

  /// One transaction; the database is closed and whole afterwards.
  private static RestoreSteps.Outcome goOn(Path database, RestoreSteps.Order order, Instant now) {
    DatabaseCopy.check(database);
    try (SqliteHubStore store = SqliteHubStore.open(database)) {
      RestoreSteps.Outcome outcome = RestoreSteps.of(store.load(), order, now.toEpochMilli());
      HubStore.Batch batch = store.begin();
      batch.savepoint();
      batch.apply(outcome.changes());
      batch.commit();
      return outcome;
    }
  }

  /// Also what else the backup brings and somebody may have written since: its settings.
  private static Optional<Path> setAside(BackupContent content, Path data, Instant now)
      throws IOException {
    Path aside = data.resolve("replaced-" + now.toEpochMilli());
    for (int again = 2; Files.exists(aside); again++) {
      aside = data.resolve("replaced-" + now.toEpochMilli() + "-" + again);
    }
    List<String> names = new ArrayList<>(SET_ASIDE);
    if (content.entries().stream().anyMatch(entry -> entry.name().equals(Backup.SETTINGS))) {
      names.add(Backup.SETTINGS);
    }
    boolean any = false;
    for (String name : names) {
      Path standing = data.resolve(name);
      if (Files.exists(standing)) {
        if (!any) {
          Files.createDirectory(
              aside,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        any = true;
        Files.move(standing, aside.resolve(name));
      }
    }
    return any ? Optional.of(aside) : Optional.empty();
  }

  private static void moveIn(BackupContent content, Path work, Path data) throws IOException {
    for (BackupFile entry : content.entries()) {
      Path from = work.resolve(entry.name());
      Path to = data.resolve(entry.name());
      Path parent = BackupArchive.parentOf(to);
      Files.createDirectories(
          parent,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      BackupArchive.sync(parent);
    }
    for (String rest : List.of("hub.db-wal", "hub.db-shm")) {
      if (Files.exists(work.resolve(rest))) {
        Files.move(work.resolve(rest), data.resolve(rest), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static List<BackupFile> missing(BackupContent content, Path data) {
    return content.releaseFiles().stream()
        .filter(file -> !Files.isRegularFile(data.resolve(file.name())))
        .toList();
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
