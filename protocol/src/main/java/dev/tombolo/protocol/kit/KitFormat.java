package dev.tombolo.protocol.kit;

import java.nio.ByteBuffer;

/// How a kit lies in its file, and its bounds. A reader refuses what exceeds one, and names it.
///
/// ```
/// 0        8 bytes  magic
/// 8        4 bytes  length of the header
/// 12       ...      header, JSON of a KitHeader
/// 12 + it  ...      chunks: 64 KiB each of the content (the last may be shorter), each followed by
///                   a tag of 16 bytes
/// ```
///
/// The content is a row of records ([KitRecord]).
public final class KitFormat {
  /// `TMBOKIT1`, big-endian.
  public static final long MAGIC = 0x544D_424F_4B49_5431L;

  public static final int START_BYTES = 12;
  public static final int HEADER_BYTES_MAX = 256 * 1024;
  public static final int CHUNK_BYTES = 64 * 1024;
  public static final int TAG_BYTES = 16;
  public static final int SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

  /// Devices of one kit: each one's document is made in one step of the hub's loop.
  public static final int DEVICES_MAX = 64;

  /// Bundles of one kit.
  public static final int BUNDLES_MAX = 256;

  /// The content: 16 TiB.
  public static final long CONTENT_BYTES_MAX = 1L << 44;

  public static final int KEY_BYTES = 32;
  public static final int SALT_BYTES = 16;

  /// Rounds of PBKDF2: fewer are no protection, more would keep a small device busy for minutes.
  public static final int ROUNDS_MIN = 100_000;

  public static final int ROUNDS_MAX = 10_000_000;

  /// What OWASP's password storage sheet asks for HMAC-SHA256 (2023).
  public static final int ROUNDS_USUAL = 600_000;

  /// A kit can be carried away and tried on for years.
  public static final int PASSPHRASE_CHARACTERS_MIN = 12;

  private KitFormat() {}

  /// The first bytes of a kit.
  public static byte[] start(int headerBytes) {
    return ByteBuffer.allocate(START_BYTES).putLong(MAGIC).putInt(headerBytes).array();
  }

  /// The length of the header.
  ///
  /// @param start the file's first [#START_BYTES], or fewer when it has no more
  public static int headerBytes(byte[] start) throws KitException {
    if (start.length < START_BYTES) {
      throw new KitException("it is not a kit: it has only " + start.length + " bytes");
    }
    ByteBuffer bytes = ByteBuffer.wrap(start);
    long magic = bytes.getLong();
    if (magic != MAGIC) {
      boolean isOther = magic >>> 8 == MAGIC >>> 8;
      throw new KitException(
          isOther
              ? "it is a kit of another format; update this program"
              : "it is not a kit: it does not begin with TMBOKIT1");
    }
    int length = bytes.getInt();
    if (length < 2 || length > HEADER_BYTES_MAX) {
      throw new KitException(
          "its header of "
              + Integer.toUnsignedString(length)
              + " bytes is not of 2 to "
              + HEADER_BYTES_MAX);
    }
    return length;
  }

  /// Chunks of so much content; content is never empty.
  public static long chunks(long contentBytes) {
    return Math.ceilDiv(contentBytes, (long) CHUNK_BYTES);
  }

  /// The whole file's length.
  public static long fileBytes(int headerBytes, long contentBytes) {
    return START_BYTES + headerBytes + contentBytes + chunks(contentBytes) * TAG_BYTES;
  }
}
