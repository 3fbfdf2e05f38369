package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.bundle.BundleTable.BaseFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFile;
import dev.tombolo.protocol.bundle.BundleTable.TargetFolder;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Bundles for tests: the golden ones, and one of a folder. They come in parts, too: the table's
/// length in two bytes, the table as it is before it is packed, the coded segments.
public final class BundleSamples {
  private static final int LENGTH_BYTES = 2;

  private BundleSamples() {}

  /// A bundle's table, not packed, and all behind it.
  @SuppressWarnings("ArrayRecordComponent") // only ever read here
  public record Parts(byte[] table, byte[] coded) {
    /// Whatever the bytes are; a table that would be longer than they are takes them all.
    public static Parts of(byte[] bytes) {
      if (bytes.length < LENGTH_BYTES) {
        return new Parts(new byte[0], new byte[0]);
      }
      int said = (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
      int end = Math.min(bytes.length, LENGTH_BYTES + said);
      return new Parts(
          Arrays.copyOfRange(bytes, LENGTH_BYTES, end),
          Arrays.copyOfRange(bytes, end, bytes.length));
    }

    public static Parts ofBundle(byte[] bundle, Unpacking zstd) throws BundleException {
      BundleHeader header = BundleHeader.read(Arrays.copyOf(bundle, BundleFormat.HEADER_BYTES));
      int end = BundleFormat.HEADER_BYTES + header.packedTableLength();
      byte[] table = new byte[header.tableLength()];
      zstd.unpack(
          bundle,
          BundleFormat.HEADER_BYTES,
          header.packedTableLength(),
          new byte[0],
          table,
          0,
          table.length);
      return new Parts(table, Arrays.copyOfRange(bundle, end, bundle.length));
    }

    public byte[] toBytes() {
      return new ByteSink()
          .oneByte(table.length >> 8)
          .oneByte(table.length)
          .bytes(table)
          .bytes(coded)
          .toBytes();
    }

    /// The bundle, with the right digest of its table.
    ///
    /// @param packed the table as zstd packs it
    public byte[] toBundle(byte[] packed) {
      BundleHeader header = new BundleHeader(table.length, packed.length, Digest.of(table));
      return new ByteSink().bytes(header.write()).bytes(packed).bytes(coded).toBytes();
    }
  }

  public static byte[] golden(String name) {
    try (var in = BundleSamples.class.getResourceAsStream("/golden/bundle/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no golden bundle/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// By path, what [#folder] needs.
  public static Map<String, byte[]> folderBase() {
    byte[] model = new byte[300];
    for (int i = 0; i < model.length; i++) {
      model[i] = (byte) (i * 7);
    }
    return new TreeMap<>(Map.of("a.bin", model, "sub/b.bin", Arrays.copyOf(model, 64)));
  }

  /// A folder with permissions: a file that is in part the base's, an empty one, one that is new,
  /// one of zeros, and a folder with nothing in it.
  public static Parts folder() {
    byte[] old = Arrays.copyOf(folderBase().get("a.bin"), 40);
    byte[] fresh = "#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] zeros = new byte[5_000];
    List<BaseFile> base = new ArrayList<>();
    folderBase().forEach((path, bytes) -> base.add(new BaseFile(path, bytes.length)));
    byte[] first = Arrays.copyOf(old, old.length + fresh.length);
    System.arraycopy(fresh, 0, first, old.length, fresh.length);
    SegmentRows rows = new SegmentRows(base);
    rows.add(
        new Segment(
            first.length,
            1 + fresh.length,
            new Prefix.OfBase(1, 8, 32),
            List.of(
                new Piece(PieceKind.COPY, old.length, 0, 0),
                Piece.withoutBase(PieceKind.BYTES, fresh.length)),
            Digest.of(first)));
    rows.add(
        new Segment(
            zeros.length,
            3,
            new Prefix.Before(50),
            List.of(Piece.withoutBase(PieceKind.BYTES, zeros.length)),
            Digest.of(zeros)));
    byte[] table =
        BundleTable.write(
            true,
            true,
            base,
            List.of(
                new TargetFile("config.json", old.length, false, Digest.of(old)),
                new TargetFile("empty", 0, false, Digest.of(new byte[0])),
                new TargetFile("lib/run.sh", fresh.length, true, Digest.of(fresh)),
                new TargetFile("zeros", zeros.length, false, Digest.of(zeros))),
            Optional.of(
                new BundleTable.Permissions(
                    List.of(0644, 0600, 0755, 0444),
                    List.of(
                        new TargetFolder("", 0755),
                        new TargetFolder("lib", 0755),
                        new TargetFolder("nothing here", 0500)))),
            rows);
    byte[] coded =
        new ByteSink()
            .oneByte(Coding.STORED.code())
            .bytes(fresh)
            .oneByte(Coding.PLANES.code())
            .oneByte(Coding.SAME.code())
            .oneByte(0)
            .toBytes();
    return new Parts(table, coded);
  }
}
