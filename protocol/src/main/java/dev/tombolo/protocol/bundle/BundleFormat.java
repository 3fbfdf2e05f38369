package dev.tombolo.protocol.bundle;

/// The bounds of a bundle. A reader refuses what exceeds one, and names it.
public final class BundleFormat {
  /// `TMBBNDL1`, big-endian.
  static final long MAGIC = 0x544D_4242_4E44_4C31L;

  /// Magic, two lengths, the digest of the table.
  public static final int HEADER_BYTES = 48;

  public static final int TABLE_BYTES_MAX = 8 << 20;
  public static final int FILES_MAX = 32_768;

  /// One file, and all files together: 16 TiB.
  public static final long PLAIN_BYTES_MAX = 1L << 44;

  public static final int SEGMENTS_MAX = 262_144;
  public static final int SEGMENT_BYTES_MAX = 4 << 20;
  public static final int PIECES_MAX = 16_384;
  public static final int PREFIX_BYTES_MAX = 4 << 20;

  /// What the coding of one segment may need beyond the segment's own length.
  public static final int CODING_BYTES_MAX = 64 << 10;

  private BundleFormat() {}
}
