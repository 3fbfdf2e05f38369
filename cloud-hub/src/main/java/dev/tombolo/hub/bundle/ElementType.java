package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.PieceKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a tensor's numbers are, as far as their coding depends on it.
enum ElementType {
  FLOAT32(PieceKind.NEW32, List.of(PieceKind.FLOAT32)),
  FLOAT16(PieceKind.NEW16, List.of(PieceKind.FLOAT16)),
  BFLOAT16(PieceKind.NEW16, List.of(PieceKind.FLOAT16)),
  /// The base has them as another type.
  FLOAT16_OF_32(PieceKind.NEW16, List.of(PieceKind.FLOAT16_OF_32)),
  BFLOAT16_OF_32(PieceKind.NEW16, List.of(PieceKind.BFLOAT16_OF_32)),
  FLOAT32_OF_16(PieceKind.NEW32, List.of(PieceKind.FLOAT32_OF_16)),
  FLOAT32_OF_B16(PieceKind.NEW32, List.of(PieceKind.FLOAT32_OF_B16)),
  /// 8 bits, or two of 4; which of them, names of types do not always tell.
  BYTE(
      PieceKind.BYTES,
      List.of(PieceKind.BYTE_DIFFERENCE, PieceKind.NIBBLE_DIFFERENCE, PieceKind.BYTE_XOR)),
  INTEGER16(PieceKind.BYTES, List.of(PieceKind.INTEGER16, PieceKind.BYTE_DIFFERENCE)),
  /// Also what quantizers pack eight numbers of 4 bits into.
  INTEGER32(
      PieceKind.BYTES,
      List.of(PieceKind.INTEGER32, PieceKind.NIBBLE_DIFFERENCE, PieceKind.BYTE_DIFFERENCE)),
  /// As two of 32 bits: the upper half has sign, exponent and the first bits of the fraction, and
  /// its exponent tells the tables which half it is. A kind of its own would say hardly more, and
  /// no agent in the field would know it.
  FLOAT64(PieceKind.BYTES, List.of(PieceKind.FLOAT32, PieceKind.BYTE_DIFFERENCE)),
  /// Integers of 64 bits.
  OTHER(PieceKind.BYTES, List.of(PieceKind.BYTE_DIFFERENCE)),
  /// Of no known format. Where elements begin is not known, either.
  UNKNOWN(
      PieceKind.BYTES,
      List.of(
          PieceKind.BYTE_DIFFERENCE,
          PieceKind.NIBBLE_DIFFERENCE,
          PieceKind.FLOAT16,
          PieceKind.FLOAT32));

  private final PieceKind whenNew;
  private final List<PieceKind> differences;

  ElementType(PieceKind whenNew, List<PieceKind> differences) {
    this.whenNew = whenNew;
    this.differences = differences;
  }

  /// What a tensor of this type is when the base has it as that one; null when that says nothing of
  /// its numbers.
  @Nullable ElementType of(ElementType older) {
    return switch (this) {
      case FLOAT16 -> older == FLOAT32 ? FLOAT16_OF_32 : null;
      case BFLOAT16 -> older == FLOAT32 ? BFLOAT16_OF_32 : null;
      case FLOAT32 -> older == FLOAT16 ? FLOAT32_OF_16 : older == BFLOAT16 ? FLOAT32_OF_B16 : null;
      default -> null;
    };
  }

  /// Bytes of the base that so many stand for.
  long baseLength(long length) {
    return differences.getFirst().cast().baseLength(length);
  }

  PieceKind whenNew() {
    return whenNew;
  }

  /// Ways to code them against older ones.
  List<PieceKind> differences() {
    return differences;
  }
}
