package dev.tombolo.hub.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Files that are too small to be mapped, as many of them as were used last: a folder may have
/// gigabytes in such files. For several threads.
final class SmallFiles {
  private static final long KEPT_BYTES_MAX = 16L << 20;

  /// The one that was not used for longest first.
  private final Map<Path, byte[]> kept = new LinkedHashMap<>();

  private long keptBytes;

  /// @throws UncheckedIOException when it cannot be read, or is not of this size any more
  MemorySegment content(Path file, long size) {
    byte[] known = used(file);
    return MemorySegment.ofArray(known == null ? read(file, size) : known);
  }

  private byte[] read(Path file, long size) {
    try {
      byte[] content = Files.readAllBytes(file);
      if (content.length != size) {
        throw new IOException(file + " was changed while it was read; try again when it is ready");
      }
      keep(file, content);
      return content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized byte @Nullable [] used(Path file) {
    byte[] content = kept.remove(file);
    if (content != null) {
      kept.put(file, content);
    }
    return content;
  }

  private synchronized void keep(Path file, byte[] content) {
    byte[] before = kept.put(file, content);
    keptBytes += content.length - (before == null ? 0 : before.length);
    var oldest = kept.values().iterator();
    while (keptBytes > KEPT_BYTES_MAX) {
      keptBytes -= oldest.next().length;
      oldest.remove();
    }
  }
}
