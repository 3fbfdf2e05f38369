package dev.tombolo.agent.bundle;

import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.Cast;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.reason.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The files that a bundle builds on. Only a few are open at once.
final class BaseFiles implements AutoCloseable {
  private static final int OPEN_MAX = 16;

  /// Cast at once; whole elements.
  private static final int CAST_BYTES = 8 << 10;

  private final List<Path> paths;
  private final Map<Integer, FileChannel> open = new LinkedHashMap<>();
  private final byte[] uncast = new byte[2 * CAST_BYTES];

  private BaseFiles(List<Path> paths) {
    this.paths = paths;
  }

  /// Checks that all are there, in the right size; what is in them, each segment's digest shows.
  static BaseFiles open(@Nullable Path base, BaseLinks links, BundleTable table)
      throws IOException {
    if (base == null) {
      if (!table.baseFiles().isEmpty()) {
        throw new NeedsBaseException(
            "this bundle changes an older version; say --base PATH, or take a bundle that needs none");
      }
      return new BaseFiles(List.of());
    }
    if (!Files.exists(base)) {
      throw new NoSuchFileException(base.toString());
    }
    if (!table.baseFiles().isEmpty() && Files.isDirectory(base) != table.baseIsFolder()) {
      throw new BaseException(
          "the base must be a "
              + (table.baseIsFolder() ? "folder" : "file")
              + "; "
              + base
              + " is not, so it is not the one that this bundle was made for");
    }
    boolean isFollowed = !table.baseIsFolder() || links == BaseLinks.FOLLOWED;
    List<Path> paths = new ArrayList<>();
    for (BundleTable.BaseFile file : table.baseFiles()) {
      Path path = table.baseIsFolder() ? base.resolve(file.path()) : base;
      if (!Files.isRegularFile(path, isFollowed ? FOLLOW : NO_LINKS)) {
        throw new BaseException(
            Quoted.of(path.toString())
                + " is missing in the base, so it is not the one that this bundle was made for");
      }
      if (Files.size(path) != file.size()) {
        throw new BaseException(
            Quoted.of(path.toString())
                + " has "
                + Files.size(path)
                + " bytes, and "
                + file.size()
                + " in the base that this bundle was made for");
      }
      paths.add(path);
    }
    return new BaseFiles(paths);
  }

  private static final LinkOption[] NO_LINKS = {LinkOption.NOFOLLOW_LINKS};
  private static final LinkOption[] FOLLOW = {};

  /// Whether it is one of them, maybe by a link.
  boolean has(Path file) throws IOException {
    for (Path path : paths) {
      if (Files.isSameFile(path, file)) {
        return true;
      }
    }
    return false;
  }

  /// Reads what the pieces of a segment are made from, each to its place.
  ///
  /// @return whether anything of the base is used
  boolean read(Segment segment, byte[] into) throws IOException {
    boolean any = segment.prefix() instanceof Prefix.OfBase;
    int at = 0;
    for (Piece piece : segment.pieces()) {
      if (piece.kind().usesBase()) {
        read(piece, into, at);
        any = true;
      }
      at += piece.length();
    }
    return any;
  }

  private void read(Piece piece, byte[] into, int at) throws IOException {
    Cast cast = piece.kind().cast();
    if (cast == Cast.NONE) {
      read(piece.baseFile(), piece.baseOffset(), into, at, piece.length());
      return;
    }
    long offset = piece.baseOffset();
    for (int done = 0; done < piece.length(); done += CAST_BYTES) {
      int length = Math.min(CAST_BYTES, piece.length() - done);
      int old = (int) cast.baseLength(length);
      read(piece.baseFile(), offset, uncast, 0, old);
      cast.apply(uncast, old, into, at + done);
      offset += old;
    }
  }

  void read(int file, long offset, byte[] into, int at, int length) throws IOException {
    FileChannel channel = channel(file);
    int done = 0;
    while (done < length) {
      int part = Math.min(length - done, BundleApply.IO_BYTES);
      int read = channel.read(ByteBuffer.wrap(into, at + done, part), offset + done);
      if (read < 0) {
        throw new BaseException(
            Quoted.of(paths.get(file).toString()) + " became shorter while it was read");
      }
      done += read;
    }
  }

  private FileChannel channel(int file) throws IOException {
    FileChannel there = open.remove(file);
    if (there == null) {
      if (open.size() == OPEN_MAX) {
        Iterator<FileChannel> oldest = open.values().iterator();
        oldest.next().close();
        oldest.remove();
      }
      there = FileChannel.open(paths.get(file));
    }
    open.put(file, there);
    return there;
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : open.values()) {
      channel.close();
    }
  }
}
