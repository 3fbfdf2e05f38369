package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Finds the tensors of a model file, of whichever format it is by its content. A file that is none
/// has none: nothing depends on them but how small a bundle gets.
final class ModelFile {
  static final int TENSORS_MAX = 200_000;

  private ModelFile() {}

  /// In the order of their place, none overlapping another.
  static List<Tensor> tensors(MemorySegment content) {
    List<Tensor> found = Safetensors.tensors(content);
    List<Tensor> sorted = new ArrayList<>(found.isEmpty() ? Onnx.tensors(content) : found);
    sorted.sort(Comparator.comparingLong(Tensor::offset));
    List<Tensor> apart = new ArrayList<>();
    long end = 0;
    for (Tensor tensor : sorted) {
      if (tensor.length() > 0 && tensor.offset() >= end && tensor.end() <= content.byteSize()) {
        apart.add(tensor);
        end = tensor.end();
      }
    }
    return apart;
  }
}
