package dev.tombolo.protocol.bundle;

import dev.tombolo.protocol.id.Digest;
import java.nio.ByteBuffer;

/// The first bytes of a bundle: what it is, and how long its table is (packed by zstd, behind it).
public record BundleHeader(int tableLength, int packedTableLength, Digest tableDigest) {
  public static BundleHeader read(byte[] header) throws BundleException {
    ByteBuffer in = ByteBuffer.wrap(header);
    if (header.length != BundleFormat.HEADER_BYTES || in.getLong() != BundleFormat.MAGIC) {
      throw new BundleException("it is not a bundle, or one of a newer program");
    }
    int length = bounded(in.getInt());
    int packed = bounded(in.getInt());
    byte[] digest = new byte[32];
    in.get(digest);
    return new BundleHeader(length, packed, Digest.ofHash(digest));
  }

  public byte[] write() {
    return ByteBuffer.allocate(BundleFormat.HEADER_BYTES)
        .putLong(BundleFormat.MAGIC)
        .putInt(tableLength)
        .putInt(packedTableLength)
        .put(tableDigest.bytes())
        .array();
  }

  /// The table out of its packed bytes.
  public BundleTable table(byte[] packed, Unpacking zstd) throws BundleException {
    byte[] plain = new byte[tableLength];
    zstd.unpack(packed, 0, packed.length, new byte[0], plain, 0, plain.length);
    if (!Digest.of(plain).equals(tableDigest)) {
      throw new BundleException("its table is damaged");
    }
    return BundleTable.read(plain);
  }

  private static int bounded(int length) throws BundleException {
    if (length <= 0 || length > BundleFormat.TABLE_BYTES_MAX) {
      throw new BundleException("its table exceeds TABLE_BYTES_MAX");
    }
    return length;
  }
}
