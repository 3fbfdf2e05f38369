package dev.tombolo.hub.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// The nine permission bits of files and folders, as `chmod` takes them, and what becomes of them.
public enum Permissions {
  /// Whoever applies the bundle gets what the target has, and its empty folders.
  KEPT,
  /// For releases, whose manifest rules.
  LEFT_OUT;

  private static final int OWNER_RUNS = 0100;

  static int of(Path path) throws IOException {
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    int bits = 0;
    for (PosixFilePermission each : PosixFilePermission.values()) {
      bits = bits << 1 | (permissions.contains(each) ? 1 : 0);
    }
    return bits;
  }

  static boolean ownerMayRun(int permissions) {
    return (permissions & OWNER_RUNS) != 0;
  }
}
