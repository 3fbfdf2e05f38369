package dev.tombolo.hub.bundle;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The tensors of all files of the base by their names: a model that is sharded anew has them in
/// other files. Read when the first is asked for.
final class NamedTensors {
  /// Those of later files are found by content only.
  private static final int TENSORS_MAX = ModelFile.TENSORS_MAX;

  /// Models that lie in one folder have names in common.
  private static final int OF_A_NAME_MAX = 8;

  private final List<Tree.Entry> files;
  private final Map<String, List<BaseTensor>> byName = new HashMap<>();
  private boolean isRead;

  NamedTensors(List<Tree.Entry> files) {
    this.files = files;
  }

  List<BaseTensor> named(String name) {
    if (!isRead) {
      read();
      isRead = true;
    }
    return byName.getOrDefault(name, List.of());
  }

  private void read() {
    int count = 0;
    for (Tree.Entry file : files) {
      for (Tensor tensor : ModelFile.tensors(file.content())) {
        if (count++ == TENSORS_MAX) {
          return;
        }
        List<BaseTensor> same = byName.computeIfAbsent(tensor.name(), _ -> new ArrayList<>(1));
        if (same.size() < OF_A_NAME_MAX) {
          same.add(new BaseTensor(file, tensor));
        }
      }
    }
  }
}
