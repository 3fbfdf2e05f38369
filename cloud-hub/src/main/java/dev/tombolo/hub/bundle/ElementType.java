package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.PieceKind;
import java.util.List;

/// What a tensor's numbers are, as far as their coding depends on it.
enum ElementType {
  FLOAT32(PieceKind.NEW32, List.of(PieceKind.FLOAT32)),
  /// F16 and BF16.
  FLOAT16(PieceKind.NEW16, List.of(PieceKind.FLOAT16)),
  /// 8 bits, or two of 4; which of them, names of types do not always tell.
  BYTE(
      PieceKind.BYTES,
      List.of(PieceKind.BYTE_DIFFERENCE, PieceKind.NIBBLE_DIFFERENCE, PieceKind.BYTE_XOR)),
  INTEGER16(PieceKind.BYTES, List.of(PieceKind.INTEGER16, PieceKind.BYTE_DIFFERENCE)),
  /// Also what quantizers pack eight numbers of 4 bits into.
  INTEGER32(
      PieceKind.BYTES,
      List.of(PieceKind.INTEGER32, PieceKind.NIBBLE_DIFFERENCE, PieceKind.BYTE_DIFFERENCE)),
  /// 64 bits.
  OTHER(PieceKind.BYTES, List.of(PieceKind.BYTE_DIFFERENCE));

  private final PieceKind whenNew;
  private final List<PieceKind> differences;

  ElementType(PieceKind whenNew, List<PieceKind> differences) {
    this.whenNew = whenNew;
    this.differences = differences;
  }

  PieceKind whenNew() {
    return whenNew;
  }

  /// Ways to code them against older ones.
  List<PieceKind> differences() {
    return differences;
  }
}
