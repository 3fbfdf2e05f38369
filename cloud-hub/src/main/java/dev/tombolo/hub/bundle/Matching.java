package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What each stretch of the target may be made from. Files belong together by path, else by name or
/// by kind; tensors by name and shape, also where they moved to another file, else by shape in
/// their order (exporters number anew); everything else by content.
final class Matching {
  private final Tree base;
  private final Tree target;
  private final TensorPairs tensorPairs;
  private final ContentMatch content;
  private final JoinedRuns runs;

  private Matching(Tree base, Tree target, ChunkIndex index, JoinedRuns runs) {
    this.base = base;
    this.target = target;
    this.runs = runs;
    tensorPairs = new TensorPairs(base.entries());
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
    Map<Tensor, BaseTensor> pairs = tensorPairs.of(bytes, tensors, older);
    int likelyFile = older == null ? Run.NO_BASE : older.index();
    long likely = 0;
    long done = 0;
    for (Tensor tensor : tensors) {
      BaseTensor match = pairs.get(tensor);
      Tensor there = match != null && match.file() == older ? match.tensor() : null;
      if (tensor.offset() > done) {
        // What stands before the counterpart is likely the counterpart of what stands before.
        long gap = tensor.offset() - done;
        long guess = there == null || done == 0 ? likely : Math.max(0, there.offset() - gap);
        content.region(bytes, at, done, tensor.offset(), null, likelyFile, guess);
      }
      if (match == null) {
        content.region(bytes, at, tensor.offset(), tensor.end(), tensor.type(), Run.NO_BASE, 0);
      } else if (match.tensor().type() != tensor.type()) {
        cast(tensor, match, at);
      } else {
        tensor(tensor, match, bytes, at);
      }
      likely = there == null ? likely : there.end();
      done = tensor.end();
    }
    content.region(bytes, at, done, file.size(), null, likelyFile, likely);
  }

  private void tensor(Tensor tensor, BaseTensor match, MemorySegment bytes, long at) {
    Tree.Entry older = match.file();
    long both = Math.min(tensor.length(), match.tensor().length());
    for (long from = 0; from < both; from += Draft.SLICE) {
      long length = Math.min(Draft.SLICE, both - from);
      long here = tensor.offset() + from;
      long there = match.tensor().offset() + from;
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
  private void cast(Tensor tensor, BaseTensor match, long at) {
    ElementType type = tensor.type().of(match.tensor().type());
    runs.add(
        new Run(
            at + tensor.offset(),
            tensor.length(),
            type,
            false,
            match.file().index(),
            match.tensor().offset()));
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
