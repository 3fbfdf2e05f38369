package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model that loads and answers, wrongly: the accident no checksum or signature can find, because
/// the publisher's own training went astray. Made from a good one by turning the bytes of its large
/// weight tensors end to end; size and structure stay.
public final class SpoiledModel {
  private static final int LARGE_TENSOR_BYTES = 100_000;

  private SpoiledModel() {}

  public static void write(Path good, Path bad) throws IOException {
    byte[] bytes = Files.readAllBytes(good);
    for (OnnxTensors.Tensor tensor : OnnxTensors.of(bytes)) {
      if (tensor.length() >= LARGE_TENSOR_BYTES) {
        turn(bytes, tensor.offset(), tensor.length());
      }
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
