package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleHeader;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.id.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Makes and reads bundle files.
public final class Bundles {
  /// More new bytes than this are packed less thoroughly: it would take minutes.
  private static final long THOROUGH_BYTES_MAX = 48L << 20;

  /// Without a base, where all is new, it would hold up devices that wait for it, for little.
  private static final long THOROUGH_WHOLE_BYTES_MAX = 4L << 20;

  private static final int THOROUGH_LEVEL = 19;
  private static final int USUAL_LEVEL = 12;
  private static final int TABLE_LEVEL = 19;

  /// What a worker keeps, and the coded segments that wait for it.
  private static final long WORKER_HEAP_BYTES = 48L << 20;

  /// What is there once: the match of the whole, the table.
  private static final long COMMON_HEAP_BYTES = 256L << 20;

  private Bundles() {}

  /// What was made.
  public record Made(Digest digest, long bytes, long plainBytes, int segments, Met met) {}

  /// What was in the folders beside files and folders.
  ///
  /// @param targetLinks links of the target that were followed
  /// @param basePassedOver links and devices of the base that are not part of it
  /// @param firstPassedOver null when there are none
  public record Met(int targetLinks, int basePassedOver, @Nullable Path firstPassedOver) {}

  /// Makes a bundle without permissions and links, as for releases.
  public static Made make(@Nullable Path base, Path target, Path out, LongConsumer progress)
      throws IOException, InterruptedException {
    return make(base, target, out, Permissions.LEFT_OUT, Links.NOT_FOLLOWED, progress);
  }

  /// Makes the bundle that turns `base` into `target`, with all cores. The same files always give
  /// the same bytes. `out` is there whole or not at all.
  ///
  /// @param base null for a bundle that needs none
  /// @param progress is told of the target's bytes as they are done
  public static Made make(
      @Nullable Path base,
      Path target,
      Path out,
      Permissions permissions,
      Links links,
      LongConsumer progress)
      throws IOException, InterruptedException {
    try (Tree older = base == null ? Tree.nothing() : Tree.open(base, links, Tree.Others.SKIPPED);
        Tree newer = Tree.open(target, links, Tree.Others.REFUSED)) {
      if (base != null && links == Links.FOLLOWED) {
        mustHaveFiles(base, older);
      }
      if (older.reads(out) || newer.reads(out)) {
        throw new UnfitException(
            out + " is a file that the bundle is made of; say another place for the bundle");
      }
      if (newer.size() > BundleFormat.PLAIN_BYTES_MAX) {
        throw new UnfitException(target + " exceeds PLAIN_BYTES_MAX");
      }
      BundleParts parts = new BundleParts(older, newer, permissions);
      try (Making making = Making.begin(out)) {
        List<Digest> digests = code(older, newer, making.coded(), parts, progress);
        byte[] header = header(parts.table(digests));
        Met met = new Met(newer.linksFollowed(), older.passedOver(), older.firstPassedOver());
        return making.publish(header, newer.size(), parts.rows().count(), met);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  /// Else all of the target would be in the bundle, and nobody would know why.
  private static void mustHaveFiles(Path base, Tree older) throws UnfitException {
    if (older.entries().isEmpty()) {
      throw new UnfitException(
          base
              + " has no files"
              + (older.passedOver() == 0
                  ? ""
                  : ", only links to none or devices, as "
                      + older.firstPassedOver()
                      + " (cp -rL copies what links lead to)")
              + "; say the older version, or leave --base out for a bundle that needs none");
    }
  }

  /// Reads the table of a bundle.
  public static BundleTable table(Path bundle) throws IOException, BundleException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(bundle));
        ZstdUnpacking zstd = new ZstdUnpacking()) {
      BundleHeader header = BundleHeader.read(in.readNBytes(BundleFormat.HEADER_BYTES));
      byte[] packed = in.readNBytes(header.packedTableLength());
      BundleTable table = header.table(packed, zstd);
      long wanted = BundleFormat.HEADER_BYTES + header.packedTableLength() + table.codedBytes();
      if (Files.size(bundle) != wanted) {
        throw new BundleException(
            "it is " + Files.size(bundle) + " bytes long and should be " + wanted);
      }
      return table;
    }
  }

  /// Returns the digests of the target's files.
  private static List<Digest> code(
      Tree older, Tree newer, OutputStream coded, BundleParts parts, LongConsumer progress)
      throws IOException, InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    int cores = workers(runtime.availableProcessors(), runtime.maxMemory());
    TreeBytes bytes = new TreeBytes(newer);
    List<SegmentCoder> coders = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(cores)) {
      List<Future<Digest>> hashing = new ArrayList<>();
      for (Tree.Entry file : newer.entries()) {
        hashing.add(workers.submit(() -> FileDigest.of(file)));
      }
      try {
        ChunkIndex index = Matching.index(older, newer);
        Alike alike = new Alike(older, newer);
        long fresh = Matching.tell(older, newer, index, (run, _) -> alike.look(run));
        int level = level(fresh, older.entries().isEmpty());
        for (int i = 0; i < cores; i++) {
          coders.add(new SegmentCoder(older.entries(), bytes, level));
        }
        CodingLine line =
            new CodingLine(
                workers,
                coders,
                new AlikeRuns(alike.found()),
                new TableShare(parts.rowsRoom(), newer.size()),
                new CodingLine.Out(coded, parts.rows(), progress));
        // A second time, since there may be more runs than memory has room for.
        Drafts drafts = new Drafts(line::add);
        Matching.tell(older, newer, index, drafts::add);
        drafts.end();
        line.end();
        List<Digest> digests = new ArrayList<>();
        for (Future<Digest> digest : hashing) {
          digests.add(result(digest));
        }
        return digests;
      } catch (CancellationException e) {
        workers.shutdownNow();
        Thread.interrupted();
        throw (InterruptedException) new InterruptedException("interrupted").initCause(e);
      } catch (IOException | InterruptedException | RuntimeException e) {
        workers.shutdownNow();
        throw e;
      }
    } finally {
      coders.forEach(SegmentCoder::close);
    }
  }

  private static int level(long freshBytes, boolean isWhole) {
    return freshBytes <= (isWhole ? THOROUGH_WHOLE_BYTES_MAX : THOROUGH_BYTES_MAX)
        ? THOROUGH_LEVEL
        : USUAL_LEVEL;
  }

  /// As many as there are cores, if the heap has room for them.
  static int workers(int cores, long heapBytes) {
    return (int) Math.clamp((heapBytes - COMMON_HEAP_BYTES) / WORKER_HEAP_BYTES, 1, cores);
  }

  static <T> T result(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof UncheckedIOException failure) {
        throw failure.getCause();
      }
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IllegalStateException(cause.getMessage(), cause);
    }
  }

  /// All that stands before the segments.
  private static byte[] header(byte[] table) {
    byte[] packed;
    try (ZstdPacker zstd = new ZstdPacker()) {
      packed = zstd.pack(table, 0, table.length, TABLE_LEVEL);
    }
    BundleHeader header = new BundleHeader(table.length, packed.length, Digest.of(table));
    return new ByteSink().bytes(header.write()).bytes(packed).toBytes();
  }
}
