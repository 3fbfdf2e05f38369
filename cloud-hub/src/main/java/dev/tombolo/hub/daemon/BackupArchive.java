package dev.tombolo.hub.daemon;

import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.BackupContent;
import dev.tombolo.hub.http.api.BackupFile;
import dev.tombolo.protocol.id.Digest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// The file of a backup: a ZIP whose first entry says what is in it, with a digest of each other
/// one.
final class BackupArchive {
  private static final String CONTENT = "tombolo-backup.json";
  private static final int CONTENT_BYTES_MAX = 64 * 1024 * 1024;
  private static final int BUFFER_BYTES = 64 * 1024;

  private BackupArchive() {}

  /// Writes it whole or not at all, readable by its owner only, and synced.
  ///
  /// @param work a folder beside it, for what is not whole yet
  /// @param files by their names within the archive
  /// @return SHA-256 of the file
  /// @throws IOException also when a file is no longer what the content says: what could not be
  ///   restored is no backup
  static Digest write(Path file, Path work, BackupContent content, Map<String, Path> files)
      throws IOException {
    Path part = work.resolve("archive.part");
    Files.deleteIfExists(part);
    MessageDigest hash = sha256();
    Map<String, String> digests = new HashMap<>();
    content.entries().forEach(listed -> digests.put(listed.name(), listed.digest()));
    try (FileChannel channel =
        FileChannel.open(
            part,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      OutputStream hashed = new DigestOutputStream(Channels.newOutputStream(channel), hash);
      ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(hashed, BUFFER_BYTES));
      zip.putNextEntry(new ZipEntry(CONTENT));
      zip.write(AdminJson.write(content).getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      for (Map.Entry<String, Path> entry : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        MessageDigest written = sha256();
        Files.copy(entry.getValue(), new DigestOutputStream(zip, written));
        zip.closeEntry();
        if (!Digest.ofHash(written.digest()).hex().equals(digests.get(entry.getKey()))) {
          throw new IOException(
              entry.getKey() + " was changed while it was backed up; make the backup again");
        }
      }
      zip.finish();
      zip.flush();
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(parentOf(file));
    return Digest.ofHash(hash.digest());
  }

  /// @throws IOException when it is no backup, or of a later program
  static BackupContent content(Path file) throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(CONTENT);
      if (entry == null) {
        throw new IOException(file + " is not a backup of a hub: it has no " + CONTENT);
      }
      byte[] json;
      try (InputStream in = zip.getInputStream(entry)) {
        json = in.readNBytes(CONTENT_BYTES_MAX);
      }
      BackupContent content =
          AdminJson.read(BackupContent.class, new String(json, StandardCharsets.UTF_8));
      if (content.format() != BackupContent.FORMAT) {
        throw new IOException(
            file
                + " was made by tombolo "
                + content.version()
                + " in format "
                + content.format()
                + "; restore it with that version or a later one");
      }
      return content;
    } catch (ZipException e) {
      throw new IOException(file + " is not a backup of a hub: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + CONTENT + ": " + e.getMessage(), e);
    }
  }

  /// Unpacks all that the content lists, each file checked and synced.
  ///
  /// @throws IOException naming the entry that is missing or damaged
  static void unpack(Path file, BackupContent content, Path folder) throws IOException {
    Path within = folder.toAbsolutePath().normalize();
    Set<String> wanted = new HashSet<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (BackupFile listed : content.entries()) {
        wanted.add(listed.name());
        ZipEntry entry = zip.getEntry(listed.name());
        Path to = within.resolve(listed.name()).normalize();
        if (entry == null || !to.startsWith(within)) {
          throw new IOException(file + " lacks " + listed.name() + "; use another backup");
        }
        Files.createDirectories(
            parentOf(to),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String got;
        try (InputStream in = zip.getInputStream(entry)) {
          got = copy(in, to);
        }
        if (!got.equals(listed.digest())) {
          throw new IOException(file + ": " + listed.name() + " is damaged; use another backup");
        }
      }
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        String name = all.nextElement().getName();
        if (!name.equals(CONTENT) && !wanted.contains(name)) {
          throw new IOException(file + " has " + name + ", which its content does not list");
        }
      }
    }
  }

  static BackupFile describe(String name, Path file) throws IOException {
    MessageDigest hash = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    }
    return new BackupFile(name, Files.size(file), Digest.ofHash(hash.digest()).hex());
  }

  static Path parentOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is in no folder");
    }
    return parent;
  }

  static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static String copy(InputStream in, Path to) throws IOException {
    MessageDigest hash = sha256();
    try (FileChannel channel =
        FileChannel.open(
            to,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), hash);
      in.transferTo(out);
      channel.force(true);
    }
    return Digest.ofHash(hash.digest()).hex();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
