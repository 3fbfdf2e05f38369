package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Finds stretches of the base in new bytes, to the byte: first where the last one went on, then by
/// chunks. Between them lie new bytes; they keep the place in the base that they stand for.
final class ContentMatch {
  /// So far behind a chunk, what is equal need not be cut. Chunks after a gap in the cutting begin
  /// elsewhere than the base's, until one ends where one of the base does.
  private static final long UNCUT_MIN = 1 << 20;

  /// So many bytes that go not on as the base does: something may have been put in or taken out.
  private static final int SHIFTED_MIN = 256;

  /// A stretch that is shorter, as a model's header, zstd codes as well from the base as a whole.
  private static final int REGION_MIN = 4 << 10;

  /// Then every fourth time is tried.
  private static final int MISSES_MAX = 2;

  private final Shifts shifts = new Shifts();
  private long searches;
  private int misses;

  private final List<Tree.Entry> base;
  private final ChunkIndex index;
  private final Consumer<Run> runs;

  /// Of the region at work.
  private MemorySegment content = MemorySegment.NULL;

  private long regionBegin;
  private long end;
  private long toStream;
  private long done;
  private @Nullable ElementType type;
  private int file;
  private long shift;

  ContentMatch(List<Tree.Entry> base, ChunkIndex index, Consumer<Run> runs) {
    this.base = base;
    this.index = index;
    this.runs = runs;
  }

  /// Tells the runs of a region.
  ///
  /// @param streamAt where the file begins among all files
  /// @param likelyFile where its counterpart may begin, or [Run#NO_BASE]
  void region(
      MemorySegment of,
      long streamAt,
      long from,
      long to,
      @Nullable ElementType regionType,
      int likelyFile,
      long likelyOffset) {
    content = of;
    regionBegin = from;
    end = to;
    toStream = streamAt;
    done = from;
    type = regionType;
    file = likelyFile;
    shift = likelyOffset - from;
    searches = 0;
    misses = 0;
    Chunks.cut(content, from, to, this::chunk);
    newBytes(to);
  }

  private long chunk(long from, long to, long hash) {
    match(from, to, hash);
    return done < to + UNCUT_MIN ? to : done;
  }

  private void match(long from, long to, long hash) {
    long at = Math.max(from, done);
    while (at < to) {
      long length = file == Run.NO_BASE ? 0 : equalFrom(at, file, at + shift);
      if (length >= Math.min(Cuts.FINE, to - at) && length > 0) {
        equal(at, length);
        at = done;
        continue;
      }
      if (at == from && jump(from, to, hash)) {
        at = done;
        continue;
      }
      at = next(at, to);
    }
  }

  /// Where it goes on as the base does, here or, when that is far, a little off the place.
  private long next(long from, long to) {
    long next = nextEqual(from, to);
    if (next - from >= SHIFTED_MIN
        && end - regionBegin >= REGION_MIN
        && file != Run.NO_BASE
        && isSearchDue()) {
      Shifts.Found found = shifts.find(content, from, next, base.get(file).content(), from + shift);
      misses = found == null ? misses + 1 : 0;
      if (found != null) {
        shift = found.base() - found.at();
        return found.at();
      }
    }
    return next;
  }

  /// In content that has nothing to do with the base, less and less often.
  private boolean isSearchDue() {
    return searches++ % (1L << Math.min(misses, MISSES_MAX)) == 0;
  }

  /// To where the base has the whole chunk.
  private boolean jump(long from, long to, long hash) {
    long place = index.find(hash);
    if (place == ChunkIndex.NOWHERE) {
      return false;
    }
    int other = ChunkIndex.file(place);
    long offset = ChunkIndex.offset(place);
    long length = equalFrom(from, other, offset);
    if (length < to - from) {
      return false;
    }
    file = other;
    shift = offset - from;
    equal(from, length);
    return true;
  }

  /// Where in the chunk it goes on as the base does; `to` if nowhere.
  private long nextEqual(long from, long to) {
    if (file == Run.NO_BASE) {
      return to;
    }
    MemorySegment other = base.get(file).content();
    long last = Math.min(to, other.byteSize() - shift);
    int equal = 0;
    for (long at = Math.max(from, -shift); at < last; at++) {
      boolean same =
          content.get(ValueLayout.JAVA_BYTE, at) == other.get(ValueLayout.JAVA_BYTE, at + shift);
      equal = same ? equal + 1 : 0;
      if (equal == Cuts.FINE) {
        return at + 1 - Cuts.FINE;
      }
    }
    return to;
  }

  private long equalFrom(long at, int other, long offset) {
    MemorySegment older = base.get(other).content();
    long most = Math.min(end - at, older.byteSize() - offset);
    if (offset < 0 || most <= 0) {
      return 0;
    }
    long difference = MemorySegment.mismatch(content, at, at + most, older, offset, offset + most);
    return difference < 0 ? most : difference;
  }

  private void equal(long from, long length) {
    MemorySegment older = base.get(file).content();
    long begin = from;
    while (begin > done
        && begin + shift > 0
        && content.get(ValueLayout.JAVA_BYTE, begin - 1)
            == older.get(ValueLayout.JAVA_BYTE, begin - 1 + shift)) {
      begin--;
    }
    newBytes(begin);
    done = from + length;
    runs.accept(new Run(toStream + begin, done - begin, type, true, file, begin + shift));
  }

  private void newBytes(long to) {
    if (to > done) {
      long length = to - done;
      boolean fits =
          file != Run.NO_BASE
              && done + shift >= 0
              && done + shift + length <= base.get(file).size();
      runs.accept(
          new Run(
              toStream + done,
              length,
              type,
              false,
              fits ? file : Run.NO_BASE,
              fits ? done + shift : 0));
      done = to;
    }
  }
}
