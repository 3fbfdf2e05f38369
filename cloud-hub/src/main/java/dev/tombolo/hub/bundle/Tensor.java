package dev.tombolo.hub.bundle;

import java.util.List;

/// Where a tensor's numbers lie in a file.
record Tensor(String name, ElementType type, List<Long> shape, long offset, long length) {
  Tensor {
    shape = List.copyOf(shape);
  }

  long end() {
    return offset + length;
  }
}
