package dev.tombolo.agent.bundle;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// The nine permission bits of a bundle's files and folders.
final class Permissions {
  private static final int HIGHEST = 0400;

  private Permissions() {}

  static Set<PosixFilePermission> of(int bits) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    int bit = HIGHEST;
    for (PosixFilePermission each : PosixFilePermission.values()) {
      if ((bits & bit) != 0) {
        permissions.add(each);
      }
      bit >>= 1;
    }
    return permissions;
  }
}
