package dev.tombolo.agent.disk;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.core.StoredFiles;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Looks at the file store by its names and sizes; what is in the files is checked when they are
/// fetched.
public final class FilesOnDisk implements StoredFiles {
  private static final System.Logger LOG = System.getLogger(FilesOnDisk.class.getName());

  private final AgentFolders folders;

  public FilesOnDisk(AgentFolders folders) {
    this.folders = folders;
  }

  @Override
  public Map<Digest, Long> bytes(List<Variant.File> files) {
    Map<Digest, Long> bytes = new HashMap<>();
    try {
      for (Variant.File file : files) {
        long here = bytes(file);
        if (here > 0) {
          bytes.put(file.digest(), here);
        }
      }
    } catch (IOException e) {
      // One word is enough: of a disk that fails each of them would say the same.
      LOG.log(System.Logger.Level.WARNING, "what has come could not be looked at: {0}", e);
    }
    return bytes;
  }

  private long bytes(Variant.File file) throws IOException {
    if (size(folders.file(file.digest())) == file.size()) {
      return file.size();
    }
    long part = size(folders.partialFile(file.digest()));
    // A part longer than the whole is begun anew.
    return part > file.size() ? 0 : part;
  }

  /// @return 0 when there is no such file
  private static long size(Path file) throws IOException {
    try {
      BasicFileAttributes now =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return now.isRegularFile() ? now.size() : 0;
    } catch (NoSuchFileException e) {
      return 0;
    }
  }
}
