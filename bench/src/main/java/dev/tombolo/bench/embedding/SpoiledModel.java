package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A model that loads and answers, wrongly: the accident no checksum or signature can find, because
/// the publisher's own training went astray. Made from a good one by turning the bytes of a few
/// large weight tensors end to end; size and structure stay.
public final class SpoiledModel {
  private static final int LARGE_TENSOR_BYTES = 100_000;

  /// The tables of words and of places in a sentence, which are left as they are.
  private static final int TABLES = 2;

  /// Of the first two layers: all that comes after stands on what they say.
  private static final int SPOILED_TENSORS = 12;

  private SpoiledModel() {}

  public static void write(Path good, Path bad) throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    List<OnnxTensors.Tensor> large =
        OnnxTensors.of(bytes).stream()
            .filter(tensor -> tensor.length() >= LARGE_TENSOR_BYTES)
            .toList();
    for (OnnxTensors.Tensor tensor :
        large.subList(
            Math.min(TABLES, large.size()), Math.min(TABLES + SPOILED_TENSORS, large.size()))) {
      turn(bytes, tensor.offset(), tensor.length());
    }
    Files.write(bad, bytes);
  }

  private static void turn(byte[] bytes, int offset, int length) {
    for (int i = offset, j = offset + length - 1; i < j; i++, j--) {
      byte held = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = held;
    }
  }
}
