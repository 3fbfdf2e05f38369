package dev.tombolo.hub.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// A file anybody may have: the installer and its packages.
///
/// @param tag changes with the content
record SharedFile(Path path, String tag) {
  /// @param name checked before: no `..`, nothing but plain names
  static Optional<SharedFile> find(Path folder, String name) {
    Path file = folder.resolve(name);
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        return Optional.empty();
      }
      String tag =
          Long.toHexString(attributes.size())
              + "-"
              + Long.toHexString(attributes.lastModifiedTime().toMillis());
      return Optional.of(new SharedFile(file, tag));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
