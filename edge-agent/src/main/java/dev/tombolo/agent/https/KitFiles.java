package dev.tombolo.agent.https;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// Files that came on a stick: they need no line.
final class KitFiles {
  private final AgentFolders folders;

  KitFiles(AgentFolders folders) {
    this.folders = folders;
  }

  /// Gives the file its place in the store, if a kit has it and it is right.
  ///
  /// @return false when it must come by the line
  boolean bring(Digest file, long size, ByteBuffer buffer) throws IOException {
    if (!Files.isDirectory(folders.kits())) {
      return false;
    }
    try (DirectoryStream<Path> kits = Files.newDirectoryStream(folders.kits(), "kit-*")) {
      for (Path kit : kits) {
        Path brought = kit.resolve(file.hex());
        if (!kit.toString().endsWith(".tmp")
            && Files.isRegularFile(brought, LinkOption.NOFOLLOW_LINKS)
            && take(brought, file, size, buffer)) {
          return true;
        }
      }
    }
    return false;
  }

  /// As a part that is whole.
  private boolean take(Path brought, Digest file, long size, ByteBuffer buffer) throws IOException {
    Path partial = folders.partialFile(file);
    Files.createDirectories(folders.files());
    PartialFile.replace(partial, brought);
    // A sweep that was asked for before spares what is newer.
    Files.setLastModifiedTime(partial, FileTime.fromMillis(System.currentTimeMillis()));
    try (PartialFile part = PartialFile.open(folders, file, size, buffer)) {
      if (part.length() == size && part.digest().equals(file)) {
        part.promote();
        return true;
      }
      part.delete();
      Files.deleteIfExists(brought);
      return false;
    }
  }
}
