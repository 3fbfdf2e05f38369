package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What each stretch of the target may be made from. Files belong together by path, else by name or
/// by kind; tensors by name and shape, else by shape in their order (exporters number anew);
/// everything else by content.
final class Matching {
  private record Key(ElementType type, List<Long> shape) {
    static Key of(Tensor tensor) {
      return new Key(tensor.type(), tensor.shape());
    }
  }

  /// Bytes of two tensors that are compared.
  private static final int SAMPLE = 4096;

  /// Tensors of a shape that are compared with a new one.
  private static final int TRIED_MAX = 256;

  private final Tree base;
  private final Tree target;
  private final Map<Integer, List<Tensor>> tensorsOfBase = new HashMap<>();
  private final ContentMatch content;
  private final JoinedRuns runs;

  private Matching(Tree base, Tree target, ChunkIndex index, JoinedRuns runs) {
    this.base = base;
    this.target = target;
    this.runs = runs;
    content = new ContentMatch(base.entries(), index, runs::add);
  }

  /// Tells the runs in the order of the target's bytes, without a gap. They are not kept: there may
  /// be more of them than memory has room for.
  ///
  /// @param index of the chunks of the base
  /// @return how many bytes are not the base's
  static long tell(Tree base, Tree target, ChunkIndex index, JoinedRuns.Seen seen) {
    JoinedRuns runs = new JoinedRuns(seen);
    new Matching(base, target, index, runs).all();
    runs.end();
    return runs.newBytes();
  }

  private void all() {
    Map<Tree.Entry, Tree.Entry> counterparts = new Counterparts(base, target).found();
    long at = 0;
    for (Tree.Entry file : target.entries()) {
      file(file, counterparts.get(file), at);
      runs.fileEnds();
      at += file.size();
    }
  }

  private void file(Tree.Entry file, Tree.@Nullable Entry older, long at) {
    MemorySegment bytes = file.content();
    if (older != null && older.size() == file.size() && bytes.mismatch(older.content()) < 0) {
      if (file.size() > 0) {
        runs.add(new Run(at, file.size(), null, true, older.index(), 0));
      }
      return;
    }
    List<Tensor> tensors = ModelFile.tensors(bytes);
    Map<Tensor, Tensor> pairs =
        older == null
            ? Map.of()
            : pairs(
                tensors,
                tensorsOfBase(older),
                (one, other) -> isAlike(bytes, one, older.content(), other));
    int likelyFile = older == null ? Run.NO_BASE : older.index();
    long likely = 0;
    long done = 0;
    for (Tensor tensor : tensors) {
      Tensor match = pairs.get(tensor);
      if (tensor.offset() > done) {
        // What stands before the counterpart is likely the counterpart of what stands before.
        long gap = tensor.offset() - done;
        long guess = match == null || done == 0 ? likely : Math.max(0, match.offset() - gap);
        content.region(bytes, at, done, tensor.offset(), null, likelyFile, guess);
      }
      if (match == null || older == null) {
        content.region(bytes, at, tensor.offset(), tensor.end(), tensor.type(), Run.NO_BASE, 0);
      } else if (match.type() != tensor.type()) {
        cast(tensor, match, older, at);
        likely = match.end();
      } else {
        tensor(tensor, match, bytes, older, at);
        likely = match.end();
      }
      done = tensor.end();
    }
    content.region(bytes, at, done, file.size(), null, likelyFile, likely);
  }

  private void tensor(Tensor tensor, Tensor match, MemorySegment bytes, Tree.Entry older, long at) {
    long both = Math.min(tensor.length(), match.length());
    for (long from = 0; from < both; from += Draft.SLICE) {
      long length = Math.min(Draft.SLICE, both - from);
      long here = tensor.offset() + from;
      long there = match.offset() + from;
      boolean equal =
          MemorySegment.mismatch(bytes, here, here + length, older.content(), there, there + length)
              < 0;
      runs.add(new Run(at + here, length, tensor.type(), equal, older.index(), there));
    }
    if (tensor.length() > both) {
      content.region(
          bytes, at, tensor.offset() + both, tensor.end(), tensor.type(), Run.NO_BASE, 0);
    }
  }

  /// The same numbers of another type.
  private void cast(Tensor tensor, Tensor match, Tree.Entry older, long at) {
    ElementType type = tensor.type().of(match.type());
    runs.add(
        new Run(at + tensor.offset(), tensor.length(), type, false, older.index(), match.offset()));
  }

  private static boolean isCast(Tensor tensor, Tensor match) {
    ElementType type = tensor.type().of(match.type());
    return type != null
        && tensor.shape().equals(match.shape())
        && type.baseLength(tensor.length()) == match.length();
  }

  /// By a sample of their numbers.
  private static boolean isAlike(
      MemorySegment content, Tensor one, MemorySegment older, Tensor other) {
    int length = (int) Math.min(SAMPLE, Math.min(one.length(), other.length()));
    long from = (one.length() - length) / 2 & -8;
    return Likeness.holds(content, one.offset() + from, older, other.offset() + from, length);
  }

  /// Which older tensor each of the newer ones is a later version of.
  static Map<Tensor, Tensor> pairs(
      List<Tensor> tensors, List<Tensor> older, BiPredicate<Tensor, Tensor> isAlike) {
    Map<String, Tensor> byName = new HashMap<>();
    older.forEach(it -> byName.putIfAbsent(it.name(), it));
    Map<Tensor, Tensor> olderOf = new HashMap<>();
    Set<Tensor> taken = new HashSet<>();
    for (Tensor tensor : tensors) {
      Tensor named = byName.get(tensor.name());
      if (named != null && Key.of(named).equals(Key.of(tensor)) && taken.add(named)) {
        olderOf.put(tensor, named);
      }
    }
    Set<String> names = new HashSet<>();
    tensors.forEach(it -> names.add(it.name()));
    Map<Key, List<Tensor>> left = new HashMap<>();
    for (Tensor it : older) {
      if (!names.contains(it.name())) {
        left.computeIfAbsent(Key.of(it), _ -> new ArrayList<>()).add(it);
      }
    }
    for (Tensor tensor : tensors) {
      Tensor named = byName.get(tensor.name());
      if (olderOf.containsKey(tensor)) {
        continue;
      }
      if (named != null && named.type() == tensor.type() && taken.add(named)) {
        // Grown or shrunk, as embeddings are by a longer vocabulary.
        olderOf.put(tensor, named);
        continue;
      }
      if (named != null && isCast(tensor, named) && taken.add(named)) {
        olderOf.put(tensor, named);
        continue;
      }
      List<Tensor> sameShape = left.getOrDefault(Key.of(tensor), List.of());
      for (int i = 0; i < Math.min(sameShape.size(), TRIED_MAX); i++) {
        Tensor likely = sameShape.get(i);
        if (isAlike.test(tensor, likely)) {
          olderOf.put(tensor, likely);
          sameShape.remove(i);
          break;
        }
      }
    }
    return olderOf;
  }

  private List<Tensor> tensorsOfBase(Tree.Entry older) {
    return tensorsOfBase.computeIfAbsent(older.index(), _ -> ModelFile.tensors(older.content()));
  }

  /// Where the chunks of the base are that may be of use.
  static ChunkIndex index(Tree base, Tree target) {
    ChunkIndex index = new ChunkIndex();
    for (Tree.Entry file : base.entries()) {
      Tree.Entry same = target.at(file.path());
      boolean unchanged =
          same != null && same.size() == file.size() && same.content().mismatch(file.content()) < 0;
      if (!unchanged || target.entries().size() > 1) {
        Chunks.cut(
            file.content(),
            0,
            file.size(),
            (from, to, hash) -> {
              index.add(hash, file.index(), from);
              return to;
            });
      }
    }
    return index;
  }
}
