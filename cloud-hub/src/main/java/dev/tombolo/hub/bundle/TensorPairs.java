package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which tensor of the base each tensor of a file is a later version of: by name and shape in the
/// file's counterpart, else in another file, else by shape in the counterpart in their order.
final class TensorPairs {
  /// Bytes of two tensors that are compared.
  private static final int SAMPLE = 4096;

  /// Tensors of a shape that are compared with a new one.
  private static final int TRIED_MAX = 256;

  private record Key(ElementType type, List<Long> shape) {
    static Key of(Tensor tensor) {
      return new Key(tensor.type(), tensor.shape());
    }
  }

  private final List<Tree.Entry> base;
  private final NamedTensors named;

  TensorPairs(List<Tree.Entry> base) {
    this.base = base;
    named = new NamedTensors(base);
  }

  /// @param older the file's counterpart; null when it has none
  Map<Tensor, BaseTensor> of(
      MemorySegment bytes, List<Tensor> tensors, Tree.@Nullable Entry older) {
    File file = new File(bytes, tensors, older);
    if (older != null) {
      file.byName(older);
    }
    if (base.size() > (older == null ? 0 : 1)) {
      file.inOtherFiles();
    }
    if (older != null) {
      file.byShape(older);
    }
    return file.found;
  }

  /// A file at work.
  private final class File {
    private final MemorySegment bytes;
    private final List<Tensor> tensors;
    private final Tree.@Nullable Entry older;
    private final List<Tensor> there;
    private final Set<Tensor> taken = new HashSet<>();
    private final Map<Tensor, BaseTensor> found = new HashMap<>();

    File(MemorySegment bytes, List<Tensor> tensors, Tree.@Nullable Entry older) {
      this.bytes = bytes;
      this.tensors = tensors;
      this.older = older;
      there = older == null || tensors.isEmpty() ? List.of() : ModelFile.tensors(older.content());
    }

    void byName(Tree.Entry counterpart) {
      Map<String, Tensor> byName = new HashMap<>();
      there.forEach(it -> byName.putIfAbsent(it.name(), it));
      for (Tensor tensor : tensors) {
        Tensor same = byName.get(tensor.name());
        if (same != null && Key.of(same).equals(Key.of(tensor)) && taken.add(same)) {
          found.put(tensor, new BaseTensor(counterpart, same));
        }
      }
      for (Tensor tensor : tensors) {
        Tensor same = byName.get(tensor.name());
        // Of the same type: grown or shrunk, as embeddings are by a longer vocabulary.
        if (same != null
            && !found.containsKey(tensor)
            && (same.type() == tensor.type() || isCast(tensor, same))
            && taken.add(same)) {
          found.put(tensor, new BaseTensor(counterpart, same));
        }
      }
    }

    void inOtherFiles() {
      for (Tensor tensor : tensors) {
        BaseTensor moved = found.containsKey(tensor) ? null : moved(tensor);
        if (moved != null) {
          found.put(tensor, moved);
        }
      }
    }

    private @Nullable BaseTensor moved(Tensor tensor) {
      if (tensor.name().isEmpty()) {
        return null;
      }
      List<BaseTensor> same = new ArrayList<>(named.named(tensor.name()));
      same.removeIf(it -> it.file() == older || !isSame(tensor, it.tensor()));
      // Where several models have the name, it is that of the one which it resembles.
      return same.size() == 1
          ? same.getFirst()
          : same.stream()
              .filter(it -> isCast(tensor, it.tensor()) || isAlike(tensor, it))
              .findFirst()
              .orElse(null);
    }

    void byShape(Tree.Entry counterpart) {
      // Those that are taken are among them.
      Set<String> names = new HashSet<>();
      tensors.forEach(it -> names.add(it.name()));
      Map<Key, List<Tensor>> left = new HashMap<>();
      for (Tensor it : there) {
        if (!names.contains(it.name())) {
          left.computeIfAbsent(Key.of(it), _ -> new ArrayList<>()).add(it);
        }
      }
      for (Tensor tensor : tensors) {
        if (found.containsKey(tensor)) {
          continue;
        }
        List<Tensor> sameShape = left.getOrDefault(Key.of(tensor), List.of());
        for (int i = 0; i < Math.min(sameShape.size(), TRIED_MAX); i++) {
          BaseTensor likely = new BaseTensor(counterpart, sameShape.get(i));
          if (isAlike(tensor, likely)) {
            found.put(tensor, likely);
            sameShape.remove(i);
            break;
          }
        }
      }
    }

    /// By a sample of their numbers.
    private boolean isAlike(Tensor one, BaseTensor match) {
      Tensor other = match.tensor();
      int length = (int) Math.min(SAMPLE, Math.min(one.length(), other.length()));
      long from = (one.length() - length) / 2 & -8;
      return Likeness.holds(
          bytes, one.offset() + from, match.file().content(), other.offset() + from, length);
    }
  }

  private static boolean isSame(Tensor tensor, Tensor other) {
    return Key.of(other).equals(Key.of(tensor)) || isCast(tensor, other);
  }

  private static boolean isCast(Tensor tensor, Tensor match) {
    ElementType type = tensor.type().of(match.type());
    return type != null
        && tensor.shape().equals(match.shape())
        && type.baseLength(tensor.length()) == match.length();
  }
}
