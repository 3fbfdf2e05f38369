package dev.tombolo.protocol.bundle;

/// A range of a segment, and the base's range it is made from.
///
/// @param baseFile index in the table; of no meaning unless the kind uses the base
/// @param baseOffset bytes into that file
public record Piece(PieceKind kind, int length, int baseFile, long baseOffset) {
  /// Bytes of the base that it is made from, when it uses any.
  public long baseLength() {
    return kind.cast().baseLength(length);
  }

  public static Piece withoutBase(PieceKind kind, int length) {
    return new Piece(kind, length, 0, 0);
  }
}
