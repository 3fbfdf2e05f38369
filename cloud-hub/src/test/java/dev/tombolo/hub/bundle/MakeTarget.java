package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleSamples;
import dev.tombolo.protocol.bundle.BundleTable;
import dev.tombolo.protocol.bundle.ByteSink;
import dev.tombolo.protocol.bundle.Cast;
import dev.tombolo.protocol.bundle.Piece;
import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.Segment;
import dev.tombolo.protocol.bundle.SegmentDecoder;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Two versions of a file, whatever they are, of which a bundle is made: what comes out of it is
/// the second one, to the byte. An input is the length of the first in two bytes, and both.
public final class MakeTarget implements FuzzTarget {
  private static final int LENGTH_BYTES = 2;

  private final Path base;
  private final Path target;
  private final Path bundle;

  public MakeTarget() {
    try {
      Path folder = Files.createTempDirectory("fuzz-make");
      base = folder.resolve("base");
      target = folder.resolve("target");
      bundle = folder.resolve("bundle");
    } catch (IOException e) {
      throw new IllegalStateException("no folder to be fuzzed in", e);
    }
  }

  @Override
  public String name() {
    return "bundle-make";
  }

  @Override
  public List<byte[]> seeds() {
    byte[] onnx = ModelTarget.onnx();
    byte[] moved = onnx.clone();
    moved[moved.length - 3]++;
    return List.of(
        both(
            BundleSamples.golden("cast-base.safetensors"),
            BundleSamples.golden("cast-target.safetensors")),
        both(BundleSamples.golden("base.safetensors"), BundleSamples.golden("target.safetensors")),
        both(onnx, moved),
        both(new byte[0], onnx),
        both(onnx, new byte[5_000]));
  }

  private static byte[] both(byte[] first, byte[] second) {
    return new ByteSink()
        .oneByte(first.length >> 8)
        .oneByte(first.length)
        .bytes(first)
        .bytes(second)
        .toBytes();
  }

  @Override
  public int quickRuns() {
    return 30;
  }

  @Override
  public List<String> words() {
    return List.of(
        "data_offsets", "\"dtype\":\"F16\"", "\"dtype\":\"F32\"", "shape", "F32", "BF16");
  }

  /// zstd's thorough levels, and workers that each keep room for the longest segment.
  @Override
  public long allocationMax() {
    return 4 * ALLOCATION_MAX;
  }

  @Override
  public String run(byte[] input) throws IOException, InterruptedException, BundleException {
    if (input.length < LENGTH_BYTES) {
      return "nothing";
    }
    int said = (input[0] & 0xff) << 8 | input[1] & 0xff;
    int end = Math.min(input.length, LENGTH_BYTES + said);
    byte[] older = Arrays.copyOfRange(input, LENGTH_BYTES, end);
    byte[] newer = Arrays.copyOfRange(input, end, input.length);
    Files.write(base, older);
    Files.write(target, newer);
    Bundles.Made made =
        Bundles.make(base, target, bundle, Permissions.KEPT, Links.NOT_FOLLOWED, _ -> {});
    BundleTable table = Bundles.table(bundle);
    Contract.same((long) newer.length, table.plainBytes());
    Contract.same(made.segments(), table.segmentCount());
    byte[] file = Files.readAllBytes(bundle);
    byte[] coded = Arrays.copyOfRange(file, (int) (file.length - table.codedBytes()), file.length);
    Contract.holds(Arrays.equals(newer, decoded(table, coded, older)), "it makes what it is of");
    Bundles.make(base, target, bundle, Permissions.KEPT, Links.NOT_FOLLOWED, _ -> {});
    Contract.holds(
        Arrays.equals(file, Files.readAllBytes(bundle)), "the same files give the same bundle");
    int share = newer.length == 0 ? 0 : (int) (8L * coded.length / newer.length);
    return table.segmentCount() + " segments, " + share + " eighths";
  }

  private static byte[] decoded(BundleTable table, byte[] coded, byte[] base)
      throws BundleException {
    byte[] plain = new byte[(int) table.plainBytes()];
    try (ZstdUnpacking zstd = new ZstdUnpacking()) {
      SegmentDecoder decoder = new SegmentDecoder(zstd, table.longestSegment());
      BundleTable.Segments segments = table.segments();
      int from = 0;
      int at = 0;
      for (Segment next = segments.next(); next != null; next = segments.next()) {
        byte[] its = Arrays.copyOfRange(coded, from, from + next.codedLength());
        byte[] prefix = prefix(next, base, plain, at);
        decoder.decode(next, its, bases(next, base), () -> prefix, plain, at);
        from += next.codedLength();
        at += next.length();
      }
      return plain;
    }
  }

  private static byte[] bases(Segment segment, byte[] base) {
    byte[] bases = new byte[segment.length()];
    int at = 0;
    for (Piece piece : segment.pieces()) {
      if (piece.kind().usesBase()) {
        int from = (int) piece.baseOffset();
        int length = (int) piece.baseLength();
        Cast cast = piece.kind().cast();
        cast.apply(Arrays.copyOfRange(base, from, from + length), length, bases, at);
      }
      at += piece.length();
    }
    return bases;
  }

  private static byte[] prefix(Segment segment, byte[] base, byte[] plain, int at) {
    return switch (segment.prefix()) {
      case Prefix.None() -> new byte[0];
      case Prefix.Before(int length) -> Arrays.copyOfRange(plain, at - length, at);
      case Prefix.OfBase(int _, long from, int length) ->
          Arrays.copyOfRange(base, (int) from, (int) from + length);
    };
  }
}
