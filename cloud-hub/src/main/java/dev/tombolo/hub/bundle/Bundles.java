package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleFormat;
import dev.tombolo.protocol.bundle.BundleHeader;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.id.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
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
  public record Made(Digest digest, long bytes, long plainBytes, int segments) {}

  /// Makes the bundle that turns `base` into `target`, with all cores. The same files always give
  /// the same bytes. `out` is there whole or not at all.
  ///
  /// @param base null for a bundle that needs none
  /// @param progress is told of the target's bytes as they are done
  public static Made make(@Nullable Path base, Path target, Path out, LongConsumer progress)
      throws IOException, InterruptedException {
    try (Tree older = base == null ? Tree.nothing() : Tree.open(base);
        Tree newer = Tree.open(target)) {
      if (newer.size() > BundleFormat.PLAIN_BYTES_MAX) {
        throw new UnfitException(target + " exceeds PLAIN_BYTES_MAX");
      }
      Path data = out.resolveSibling("." + out.getFileName() + ".data");
      Path whole = out.resolveSibling("." + out.getFileName() + ".new");
      try {
        List<Segment> segments = new ArrayList<>();
        List<Digest> digests = new ArrayList<>();
        code(older, newer, data, segments, digests, progress);
        Digest digest = assemble(older, newer, segments, digests, data, whole);
        long bytes = Files.size(whole);
        Files.move(whole, out, StandardCopyOption.ATOMIC_MOVE);
        return new Made(digest, bytes, newer.size(), segments.size());
      } finally {
        Files.deleteIfExists(data);
        Files.deleteIfExists(whole);
      }
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

  private static void code(
      Tree older,
      Tree newer,
      Path data,
      List<Segment> segments,
      List<Digest> digests,
      LongConsumer progress)
      throws IOException, InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    int cores = workers(runtime.availableProcessors(), runtime.maxMemory());
    TreeBytes bytes = new TreeBytes(newer);
    BlockingQueue<SegmentCoder> coders = new ArrayBlockingQueue<>(cores);
    try (ExecutorService workers = Executors.newFixedThreadPool(cores)) {
      List<Future<Digest>> hashing = new ArrayList<>();
      for (Tree.Entry file : newer.entries()) {
        hashing.add(workers.submit(() -> FileDigest.of(file)));
      }
      List<Run> runs = Matching.runs(older, newer);
      AlikeRuns alike = new AlikeRuns(Alike.of(older, newer, runs));
      long fresh = runs.stream().filter(run -> !run.equal()).mapToLong(Run::length).sum();
      boolean isWhole = older.entries().isEmpty();
      boolean isThorough = fresh <= (isWhole ? THOROUGH_WHOLE_BYTES_MAX : THOROUGH_BYTES_MAX);
      int level = isThorough ? THOROUGH_LEVEL : USUAL_LEVEL;
      for (int i = 0; i < cores; i++) {
        coders.add(new SegmentCoder(older.entries(), bytes, level));
      }
      try (OutputStream out = Files.newOutputStream(data)) {
        ArrayDeque<Future<CodedSegment>> waiting = new ArrayDeque<>();
        for (Draft draft : Draft.of(runs)) {
          waiting.add(workers.submit(coding(draft, alike, coders)));
          if (waiting.size() > 3 * cores) {
            write(waiting.remove(), out, segments, progress);
          }
        }
        while (!waiting.isEmpty()) {
          write(waiting.remove(), out, segments, progress);
        }
        for (Future<Digest> digest : hashing) {
          digests.add(result(digest));
        }
      } catch (IOException | InterruptedException | RuntimeException e) {
        workers.shutdownNow();
        throw e;
      }
    } finally {
      coders.forEach(SegmentCoder::close);
    }
  }

  /// As many as there are cores, if the heap has room for them.
  static int workers(int cores, long heapBytes) {
    return (int) Math.clamp((heapBytes - COMMON_HEAP_BYTES) / WORKER_HEAP_BYTES, 1, cores);
  }

  private static Callable<CodedSegment> coding(
      Draft draft, AlikeRuns alike, BlockingQueue<SegmentCoder> coders) {
    return () -> {
      SegmentCoder coder = coders.take();
      try {
        return coder.code(draft, alike.in(draft));
      } finally {
        coders.add(coder);
      }
    };
  }

  private static void write(
      Future<CodedSegment> waiting, OutputStream out, List<Segment> segments, LongConsumer progress)
      throws IOException, InterruptedException {
    CodedSegment coded = result(waiting);
    out.write(coded.bytes());
    segments.add(coded.segment());
    progress.accept(coded.segment().length());
  }

  private static <T> T result(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IllegalStateException(cause.getMessage(), cause);
    }
  }

  private static Digest assemble(
      Tree older, Tree newer, List<Segment> segments, List<Digest> digests, Path data, Path whole)
      throws IOException {
    List<TargetFile> files = new ArrayList<>();
    for (Tree.Entry file : newer.entries()) {
      files.add(
          new TargetFile(file.path(), file.size(), file.executable(), digests.get(file.index())));
    }
    List<BaseFile> baseFiles =
        older.entries().stream().map(file -> new BaseFile(file.path(), file.size())).toList();
    byte[] table =
        BundleTable.write(newer.isFolder(), older.isFolder(), baseFiles, files, segments);
    if (table.length > BundleFormat.TABLE_BYTES_MAX
        || segments.size() > BundleFormat.SEGMENTS_MAX) {
      throw new UnfitException(
          "the table of the bundle exceeds TABLE_BYTES_MAX; make several bundles of fewer files");
    }
    byte[] packed;
    try (ZstdPacker zstd = new ZstdPacker()) {
      packed = zstd.pack(table, 0, table.length, TABLE_LEVEL);
    }
    BundleHeader header = new BundleHeader(table.length, packed.length, Digest.of(table));
    try (FileDigest.Writing out = FileDigest.writing(Files.newOutputStream(whole))) {
      out.write(header.write());
      out.write(packed);
      Files.copy(data, out);
      out.flush();
      try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      return out.digest();
    }
  }
}
