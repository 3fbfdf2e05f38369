package dev.tombolo.agent.bundle;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an unpacking leaves that was interrupted: folders, too, that have got the permissions of
/// the target already, and may not be read, entered or changed any more.
final class Leavings extends SimpleFileVisitor<Path> {
  private static final Set<PosixFilePermission> ALL = Permissions.of(0700);

  private Leavings() {}

  /// @throws IOException when they belong to somebody else, or the disk does not do it
  static void delete(Path path) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      open(path);
      Files.walkFileTree(path, new Leavings());
    }
  }

  /// @return false when it was open, or is no folder
  private static boolean open(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        || Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).containsAll(ALL)) {
      return false;
    }
    Files.setPosixFilePermissions(path, ALL);
    return true;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path found, BasicFileAttributes attributes)
      throws IOException {
    open(found);
    return FileVisitResult.CONTINUE;
  }

  /// A folder is looked into before it is visited: what may not be read comes here.
  @Override
  public FileVisitResult visitFileFailed(Path found, IOException failure) throws IOException {
    if (!(failure instanceof AccessDeniedException) || !open(found)) {
      throw failure;
    }
    Files.walkFileTree(found, this);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Files.delete(file);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path found, @Nullable IOException failure)
      throws IOException {
    Files.delete(found);
    return FileVisitResult.CONTINUE;
  }
}
