package dev.tombolo.protocol.bundle;

import org.jspecify.annotations.Nullable;

/// What a piece of a segment is made from, and how its elements are read. The codes are the wire's.
public enum PieceKind {
  /// The base's bytes as they are.
  COPY(0, 1, true),
  /// New bytes.
  BYTES(1, 1, false),
  /// New 16-bit floats (F16, BF16), turned left by one bit: the exponent gets a byte of its own.
  NEW16(2, 2, false),
  /// New 32-bit floats, likewise.
  NEW32(3, 4, false),
  /// Bytes, less the base's, modulo 256.
  BYTE_DIFFERENCE(4, 1, true),
  /// Bytes, XOR the base's.
  BYTE_XOR(5, 1, true),
  /// Both halves of a byte, each less the base's, modulo 16: packed 4-bit numbers.
  NIBBLE_DIFFERENCE(6, 1, true),
  /// 16-bit integers, less the base's.
  INTEGER16(7, 2, true),
  /// F16 and BF16, by how many numbers of the type lie between old and new.
  FLOAT16(8, 2, true),
  INTEGER32(9, 4, true),
  FLOAT32(10, 4, true),
  /// F16, each against the F32 of the base rounded to F16.
  FLOAT16_OF_32(11, 2, true, Cast.FLOAT32_TO_16, FLOAT16),
  /// BF16, each against the F32 of the base rounded to BF16.
  BFLOAT16_OF_32(12, 2, true, Cast.FLOAT32_TO_B16, FLOAT16),
  /// F32, each against the F16 of the base.
  FLOAT32_OF_16(13, 4, true, Cast.FLOAT16_TO_32, FLOAT32),
  /// F32, each against the BF16 of the base.
  FLOAT32_OF_B16(14, 4, true, Cast.BFLOAT16_TO_32, FLOAT32);

  private static final PieceKind[] ALL = values();

  private final int code;
  private final int width;
  private final boolean usesBase;
  private final Cast cast;
  private final @Nullable PieceKind afterCast;

  PieceKind(int code, int width, boolean usesBase) {
    this(code, width, usesBase, Cast.NONE, null);
  }

  PieceKind(int code, int width, boolean usesBase, Cast cast, @Nullable PieceKind afterCast) {
    this.code = code;
    this.width = width;
    this.usesBase = usesBase;
    this.cast = cast;
    this.afterCast = afterCast;
  }

  static PieceKind of(int code) throws BundleException {
    if (code >= ALL.length) {
      throw new BundleException("a piece of unknown kind " + code + "; it needs a newer program");
    }
    return ALL[code];
  }

  static PieceKind[] all() {
    return ALL.clone();
  }

  public int code() {
    return code;
  }

  /// Bytes of an element; a piece is a whole number of elements.
  public int width() {
    return width;
  }

  public boolean usesBase() {
    return usesBase;
  }

  /// What is done to the base's elements before they are used.
  public Cast cast() {
    return cast;
  }

  /// What it is coded as once the base's elements are cast.
  PieceKind afterCast() {
    return afterCast == null ? this : afterCast;
  }
}
