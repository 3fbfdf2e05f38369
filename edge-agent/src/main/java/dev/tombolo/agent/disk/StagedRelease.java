package dev.tombolo.agent.disk;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.PathCheck;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/// Builds the folder of one release: aside, checked to the last byte, synced, then renamed. So a
/// folder with a release's name is always the whole release.
final class StagedRelease {
  private static final int BUFFER_BYTES = 32 * 1024;
  private static final String READ_ONLY = "r--r--r--";
  private static final String EXECUTABLE = "r-xr-xr-x";

  private final AgentFolders folders;
  private final AgentEffect.Stage wanted;

  StagedRelease(AgentFolders folders, AgentEffect.Stage wanted) {
    this.folders = folders;
    this.wanted = wanted;
  }

  void build() throws IOException, RefusedException {
    Reason problem = PathCheck.problem(wanted.files().stream().map(Variant.File::path).toList());
    if (problem != null) {
      throw new RefusedException(problem);
    }
    Path whole = folders.release(wanted.release());
    if (Files.isDirectory(whole, LinkOption.NOFOLLOW_LINKS) && isWhole(whole)) {
      return;
    }
    Files.createDirectories(folders.releases());
    Path aside = folders.releases().resolve(wanted.release().hex() + ".tmp");
    Folders.delete(aside);
    Files.createDirectory(aside);
    for (Variant.File file : wanted.files()) {
      place(file, aside.resolve(file.path()));
    }
    Folders.syncAll(aside);
    // What runs from a damaged folder keeps its open files; the name is never long without one.
    Path damaged = folders.releases().resolve(wanted.release().hex() + ".damaged");
    Folders.delete(damaged);
    if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS)) {
      Files.move(whole, damaged, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(aside, whole, StandardCopyOption.ATOMIC_MOVE);
    Folders.sync(folders.releases());
    Folders.delete(damaged);
  }

  private boolean isWhole(Path folder) throws IOException {
    for (Variant.File file : wanted.files()) {
      Path path = folder.resolve(file.path());
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || problem(file, path) != null) {
        return false;
      }
    }
    return holdsOnly(folder, folder);
  }

  private boolean holdsOnly(Path root, Path folder) throws IOException {
    for (Path entry : Folders.entries(folder)) {
      String path = root.relativize(entry).toString();
      boolean known =
          Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
              ? holdsOnly(root, entry)
              : wanted.files().stream().anyMatch(it -> it.path().equals(path));
      if (!known) {
        return false;
      }
    }
    return true;
  }

  /// Links where that is possible. An executable is copied, because its permission would otherwise
  /// be that of every release with the same file.
  private void place(Variant.File file, Path target) throws IOException, RefusedException {
    Path stored = folders.file(file.digest());
    if (!Files.isRegularFile(stored, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(
          new Reason.IoFailed("file store", "lacks " + file.digest() + " for " + file.path()));
    }
    Reason problem = problem(file, stored);
    if (problem != null) {
      // It was right when it came; now it is of no use to anybody.
      Files.deleteIfExists(stored);
      throw new RefusedException(problem);
    }
    Files.createDirectories(target.getParent());
    if (file.executable() || !linked(stored, target)) {
      copied(file, stored, target);
    }
  }

  private static boolean linked(Path stored, Path target) throws IOException {
    try {
      Files.createLink(target, stored);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(READ_ONLY));
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      Files.deleteIfExists(target);
      return false;
    }
  }

  private static void copied(Variant.File file, Path stored, Path target)
      throws IOException, RefusedException {
    Files.copy(stored, target);
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.setPosixFilePermissions(
        target, PosixFilePermissions.fromString(file.executable() ? EXECUTABLE : READ_ONLY));
    Reason problem = problem(file, target);
    if (problem != null) {
      throw new RefusedException(problem);
    }
  }

  private static @Nullable Reason problem(Variant.File file, Path path) throws IOException {
    long size = Files.size(path);
    if (size != file.size()) {
      return new Reason.SizeMismatch(file.path(), file.size(), size);
    }
    Digest got = digest(path);
    return got.equals(file.digest())
        ? null
        : new Reason.DigestMismatch(file.path(), file.digest(), got);
  }

  private static Digest digest(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER_BYTES];
      int read;
      while ((read = in.read(buffer)) >= 0) {
        sha256.update(ByteBuffer.wrap(buffer, 0, read));
      }
      return Digest.ofHash(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
