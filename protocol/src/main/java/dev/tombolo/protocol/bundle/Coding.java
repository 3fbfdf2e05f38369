package dev.tombolo.protocol.bundle;

/// How the bytes of one kind of a segment's pieces, or one plane of them, are stored. The codes are
/// the wire's.
public enum Coding {
  STORED(0),
  /// One value throughout; a plane's only.
  SAME(1),
  /// A zstd frame; of the whole bytes with the segment's prefix, of a plane without.
  ZSTD(2),
  /// [SymbolCoding] by the contexts of the elements; a plane's only.
  SYMBOLS(3),
  /// Each plane by itself.
  PLANES(4),
  /// [Magnitudes]: classes by [SymbolCoding], then the bits.
  MAGNITUDES(5);

  private static final Coding[] ALL = values();

  private final int code;

  Coding(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  static Coding of(int code) throws BundleException {
    if (code >= ALL.length) {
      throw new BundleException("an unknown coding " + code + "; it needs a newer program");
    }
    return ALL[code];
  }
}
