package dev.tombolo.agent.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleHeader;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.PrefixBytes;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.bundle.Unpacking;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Makes the target of a bundle from its base, reading the bundle once from begin to end.
///
/// Needs memory for a few segments and the table. The target appears whole and checked, or not at
/// all; what a killed run left is removed by the next one.
public final class BundleApply {
  /// Kept free beside bundle and target: databases and logs must go on.
  private static final long SPARE_BYTES = 4L << 20;

  /// Of so many segments one is checked by itself, so that a wrong base is noticed soon. What
  /// counts is the digest of each file, over all its bytes; whoever does not get that one, goes
  /// through all again, with every segment checked, to tell what is wrong.
  private static final int CHECKED_OF = 16;

  /// Read or written at once: the platform has a buffer of this size for it, which should stay in
  /// the processor's cache.
  static final int IO_BYTES = 128 << 10;

  private BundleApply() {}

  /// What was made.
  public record Applied(long bytes, int files) {}

  /// How the target lies on the disk.
  public enum Layout {
    /// By the paths in the bundle.
    PATHS,
    /// A flat folder, each file by the hex of its SHA-256: what a name says is then true whoever
    /// made the bundle.
    DIGESTS
  }

  /// What is to come of it.
  ///
  /// @param bytes of all files, as somebody says who is to be trusted more than the bundle; empty:
  ///   nobody does. A bundle that says otherwise is refused before anything is written: a small one
  ///   can make as much as it likes
  public record Wanted(Path out, Layout layout, OptionalLong bytes) {
    public static Wanted byPaths(Path out) {
      return new Wanted(out, Layout.PATHS, OptionalLong.empty());
    }

    public static Wanted byDigests(Path out, OptionalLong bytes) {
      return new Wanted(out, Layout.DIGESTS, bytes);
    }
  }

  /// @param base null when there is none
  /// @param progress is told of the target's size, then of its bytes as they are written
  public static Applied apply(
      @Nullable Path base, Path bundle, Wanted wanted, LongConsumer size, LongConsumer progress)
      throws IOException {
    return apply(base, BaseLinks.REFUSED, bundle, wanted, size, progress);
  }

  /// @param base null when there is none
  /// @param progress is told of the target's size, then of its bytes as they are written; from the
  ///   beginning when it has to be made once more to tell what is wrong
  public static Applied apply(
      @Nullable Path base,
      BaseLinks links,
      Path bundle,
      Wanted wanted,
      LongConsumer size,
      LongConsumer progress)
      throws IOException {
    Base older = new Base(base, links);
    return apply(older, bundle, () -> Files.newInputStream(bundle), wanted, size, progress);
  }

  /// While the bundle still comes. What it makes is whole and checked when all of it has come.
  ///
  /// @param bytes of all the bundle
  public static Applied applyComing(@Nullable Path base, Path bundle, long bytes, Wanted wanted)
      throws IOException {
    return apply(
        new Base(base, BaseLinks.REFUSED),
        bundle,
        () -> new ComingBundle(bundle, bytes),
        wanted,
        size -> {},
        progress -> {});
  }

  private record Base(@Nullable Path path, BaseLinks links) {}

  /// Begins to read a bundle.
  private interface Opening {
    InputStream open() throws IOException;
  }

  private static Applied apply(
      Base base,
      Path bundle,
      Opening opening,
      Wanted wanted,
      LongConsumer size,
      LongConsumer progress)
      throws IOException {
    Sha256.prepare();
    try {
      try {
        return apply(base, opening, CHECKED_OF, wanted, size, progress);
      } catch (BundleException e) {
        return apply(base, opening, 1, wanted, size, progress);
      }
    } catch (BundleException e) {
      throw new RefusedBundleException(
          "bundle " + bundle + " is refused: " + e.getMessage() + "; fetch or make it again");
    } catch (OutOfMemoryError e) {
      // It is so at each try. One thread allocates here, and what it held is free by now.
      throw new RefusedBundleException(
          "bundle "
              + bundle
              + " is refused: it takes more than the "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB of memory that there are for it; make it of fewer files");
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("No space left") || message.contains("quota exceeded")) {
        throw new NoRoomException(wanted.out() + ": " + message + "; free some and try again");
      }
      throw e;
    }
  }

  private static Applied apply(
      Base base,
      Opening opening,
      int checkedOf,
      Wanted wanted,
      LongConsumer size,
      LongConsumer progress)
      throws IOException, BundleException {
    try (InputStream in = opening.open();
        ZstdUnpacking zstd = new ZstdUnpacking()) {
      BundleTable table = table(in, zstd);
      mustMake(wanted.bytes(), table);
      size.accept(table.plainBytes());
      try (BaseFiles bases = BaseFiles.open(base.path(), base.links(), table);
          Staging staging = Staging.begin(wanted.out(), table, wanted.layout())) {
        mustNotReplace(wanted.out(), bases);
        long coming = in instanceof ComingBundle it ? it.missingBytes() : 0;
        mustFit(staging.folder(), table.plainBytes() + coming + SPARE_BYTES);
        write(in, zstd, table, bases, staging, checkedOf, progress);
        staging.publish();
      }
      return new Applied(table.plainBytes(), table.files().size());
    }
  }

  private static BundleTable table(InputStream in, Unpacking zstd)
      throws IOException, BundleException {
    BundleHeader header = BundleHeader.read(in.readNBytes(BundleFormat.HEADER_BYTES));
    return header.table(in.readNBytes(header.packedTableLength()), zstd);
  }

  private static void write(
      InputStream in,
      Unpacking zstd,
      BundleTable table,
      BaseFiles bases,
      Staging staging,
      int checkedOf,
      LongConsumer progress)
      throws IOException, BundleException {
    byte[] coded = new byte[table.longestCoded()];
    byte[] old = new byte[table.longestSegment()];
    Window window = new Window(table.longestHistory(), table.longestSegment());
    SegmentDecoder decoder = new SegmentDecoder(zstd, table.longestSegment());
    BundleTable.Segments segments = table.segments();
    int number = 0;
    for (Segment next = segments.next(); next != null; next = segments.next(), number++) {
      read(in, coded, next.codedLength());
      boolean usesBase = bases.read(next, old);
      int at = window.room(next.length());
      PrefixBytes<IOException> prefix = window.prefix(next.prefix(), bases);
      String problem =
          problem(decoder, next, coded, old, prefix, window, at, number % checkedOf == 0);
      if (!problem.isEmpty()) {
        if (usesBase && checkedOf == 1) {
          throw wrongBase(problem);
        }
        throw new BundleException(problem);
      }
      staging.write(window.bytes(), at, next.length());
      progress.accept(next.length());
      if (in instanceof ComingBundle coming && coming.takeWaited()) {
        // So that little is left for the end.
        staging.sync();
      }
    }
    if (in.read() >= 0) {
      throw new BundleException("it has bytes behind its end");
    }
    staging.finish();
  }

  private static void read(InputStream in, byte[] into, int length)
      throws IOException, BundleException {
    int at = 0;
    while (at < length) {
      int read = in.read(into, at, Math.min(length - at, IO_BYTES));
      if (read < 0) {
        throw new BundleException("it ends too early");
      }
      at += read;
    }
  }

  /// Decodes a segment; empty: all is well as far as it is looked at.
  private static String problem(
      SegmentDecoder decoder,
      Segment segment,
      byte[] coded,
      byte[] old,
      PrefixBytes<IOException> prefix,
      Window window,
      int at,
      boolean isChecked)
      throws IOException {
    try {
      decoder.decode(segment, coded, old, prefix, window.bytes(), at);
    } catch (BundleException e) {
      return String.valueOf(e.getMessage());
    }
    return !isChecked
            || Digest.ofHash(Sha256.of(window.bytes(), at, segment.length()))
                .equals(segment.digest())
        ? ""
        : "a segment does not have its digest";
  }

  private static BaseException wrongBase(String problem) {
    return new BaseException(
        "the base is not the one that this bundle was made for, or one of the two is damaged ("
            + problem
            + "); take the right --base, or a bundle that needs none");
  }

  private static void mustMake(OptionalLong wanted, BundleTable table) throws BundleException {
    if (wanted.isPresent() && wanted.getAsLong() != table.plainBytes()) {
      throw new BundleException(
          "it makes " + table.plainBytes() + " bytes, and the release has " + wanted.getAsLong());
    }
  }

  private static void mustNotReplace(Path out, BaseFiles bases) throws IOException {
    if (Files.isRegularFile(out) && bases.has(out)) {
      throw new OutIsBaseException(out + " is a file of the base; say another --out PATH");
    }
  }

  private static void mustFit(Path folder, long bytes) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    if (disk.getUsableSpace() < bytes) {
      throw new NoRoomException(
          "the disk of "
              + folder
              + " has "
              + disk.getUsableSpace()
              + " bytes free, and "
              + bytes
              + " are needed; free some and try again");
    }
  }
}
