package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.http.api.BackupContent;
import dev.tombolo.hub.http.api.BackupFile;
import dev.tombolo.hub.sqlite.DatabaseCopy;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes a backup of a hub that runs: a consistent copy of its database, its CA with all keys, and
/// the list of its releases' files, or these too.
public final class Backup {
  /// What the operator may have written since.
  static final String SETTINGS = "hub.yaml";

  private static final List<String> SINGLE_FILES = List.of(SETTINGS, "admin-token");

  private Backup() {}

  /// @param archive SHA-256 of the file
  public record Made(BackupContent content, Digest archive, long bytes) {}

  /// @param data the hub's data folder
  /// @param out the file to write, or to write anew
  /// @param withFiles releases' files too
  /// @throws IOException in words for the operator
  public static Made make(Path data, Path out, boolean withFiles, Instant now) throws IOException {
    Path database = data.resolve("hub.db");
    if (!Files.exists(database)) {
      throw new IOException(data + " is not the data folder of a hub: it has no hub.db");
    }
    Path beside = BackupArchive.parentOf(out);
    BackupFolder.removeAbandoned(beside);
    try (BackupFolder folder = BackupFolder.make(beside)) {
      Path work = folder.path();
      Map<String, Path> files = gather(data, work);
      DatabaseCopy.Content content = DatabaseCopy.check(work.resolve("hub.db"));
      List<BackupFile> releaseFiles = releaseFiles(data, content, withFiles, files);
      List<BackupFile> entries = new ArrayList<>();
      for (Map.Entry<String, Path> file : files.entrySet()) {
        entries.add(BackupArchive.describe(file.getKey(), file.getValue()));
      }
      BackupContent described =
          new BackupContent(
              BackupContent.FORMAT,
              HubDaemon.version(),
              now.toEpochMilli(),
              content.history().epoch(),
              content.history().id(),
              CertificateAuthority.open(work.resolve("ca"), now).rootKeyDigest().hex(),
              content.devices(),
              content.auditSequence(),
              content.auditHash(),
              withFiles,
              entries,
              releaseFiles);
      Digest archive = BackupArchive.write(out, work, described, files);
      LastBackup.note(data, out);
      return new Made(described, archive, Files.size(out));
    } catch (StoreFailure e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /// Copies what a running hub may change at any moment, so that what is described is what is
  /// written.
  ///
  /// @return the copies, by their names within the archive
  static Map<String, Path> gather(Path data, Path work) throws IOException {
    Map<String, Path> files = new LinkedHashMap<>();
    Path database = work.resolve("hub.db");
    DatabaseCopy.make(data.resolve("hub.db"), database);
    files.put("hub.db", database);
    Files.createDirectory(work.resolve("ca"));
    try (Stream<Path> authority = Files.list(data.resolve("ca"))) {
      for (Path file :
          authority
              .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".new"))
              .sorted()
              .toList()) {
        copy(file, "ca/" + file.getFileName(), work, files);
      }
    }
    for (String name : SINGLE_FILES) {
      if (Files.isRegularFile(data.resolve(name))) {
        copy(data.resolve(name), name, work, files);
      }
    }
    return files;
  }

  private static void copy(Path from, String name, Path work, Map<String, Path> files)
      throws IOException {
    Path to = work.resolve(name);
    Files.copy(from, to);
    files.put(name, to);
  }

  private static List<BackupFile> releaseFiles(
      Path data, DatabaseCopy.Content content, boolean withFiles, Map<String, Path> files)
      throws IOException {
    List<BackupFile> listed = new ArrayList<>();
    for (Digest digest :
        content.files().stream().sorted((a, b) -> a.hex().compareTo(b.hex())).toList()) {
      String name = "files/" + digest.hex().substring(0, 2) + "/" + digest.hex();
      Path file = data.resolve(name);
      if (Files.isRegularFile(file)) {
        listed.add(new BackupFile(name, Files.size(file), digest.hex()));
        if (withFiles) {
          files.put(name, file);
        }
      }
    }
    return listed;
  }
}
