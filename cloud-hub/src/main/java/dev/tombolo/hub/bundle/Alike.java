package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stretches of the target that resemble the base without being equal to it, as moved weights do,
/// in files of no known format and where a known one does not say it.
///
/// Where the runs of [Matching] show much that is new close together, the place in the base that
/// they stand for is looked at first, then where the last stretch went on, then what the highest
/// bits say.
final class Alike {
  /// New bytes with nothing longer than this between them that is equal belong together.
  private static final int EQUAL_MAX = 256;

  private static final int STRETCH_MIN = 8 << 10;

  /// Compared at once.
  private static final int BLOCK = 1 << 10;

  private final Tree base;
  private final Tree target;
  private final List<Run> found = new ArrayList<>();
  private LikenessIndex index = new LikenessIndex(List.of());
  private boolean isIndexed;
  private int lastFile = Run.NO_BASE;
  private long lastShift;

  private Alike(Tree base, Tree target) {
    this.base = base;
    this.target = target;
  }

  /// In the order of the target's bytes, none overlapping another.
  static List<Run> of(Tree base, Tree target, List<Run> runs) {
    Alike alike = new Alike(base, target);
    if (base.size() > 0) {
      alike.all(runs);
    }
    return alike.found;
  }

  private void all(List<Run> runs) {
    int next = 0;
    long at = 0;
    for (Tree.Entry file : target.entries()) {
      long end = at + file.size();
      long from = -1;
      long to = -1;
      @Nullable Run guess = null;
      for (; next < runs.size() && runs.get(next).at() < end; next++) {
        Run run = runs.get(next);
        boolean isKnown = run.type() != null && run.hasBase() && !run.equal();
        if (isKnown || run.equal() && run.length() > EQUAL_MAX) {
          stretch(file, at, from, to, guess);
          from = -1;
          guess = null;
        } else if (!run.equal()) {
          from = from < 0 ? run.at() : from;
          to = run.at() + run.length();
        }
        if (from >= 0 && guess == null && run.hasBase()) {
          guess = run;
        }
      }
      stretch(file, at, from, to, guess);
      at = end;
    }
  }

  private void stretch(Tree.Entry file, long fileAt, long from, long to, @Nullable Run guess) {
    if (from < 0 || to - from < STRETCH_MIN) {
      return;
    }
    MemorySegment content = file.content();
    long end = to - fileAt;
    long at = from - fileAt;
    if (guess != null) {
      at =
          goOn(
              content, fileAt, at, end, guess.baseFile(), guess.baseOffset() - guess.at() + fileAt);
    }
    while (end - at >= STRETCH_MIN) {
      long before = at;
      if (lastFile != Run.NO_BASE) {
        at = goOn(content, fileAt, at, end, lastFile, lastShift);
      }
      at = at == before ? search(content, fileAt, at, end) : at;
    }
  }

  /// From here on as far as it resembles.
  private long goOn(MemorySegment content, long fileAt, long from, long end, int file, long shift) {
    MemorySegment older = base.entries().get(file).content();
    long to = from;
    while (to < end) {
      int length = (int) Math.min(BLOCK, end - to);
      if (!Likeness.holds(content, to, older, to + shift, length)) {
        break;
      }
      to += length;
    }
    if (to - from < Math.min(STRETCH_MIN, end - from)) {
      return from;
    }
    found.add(new Run(fileAt + from, to - from, ElementType.UNKNOWN, false, file, from + shift));
    lastFile = file;
    lastShift = shift;
    return to;
  }

  /// To behind the next stretch of which the base has one alike, or to the end.
  private long search(MemorySegment content, long fileAt, long from, long end) {
    if (!isIndexed) {
      index = new LikenessIndex(base.entries());
      isIndexed = true;
    }
    long[] done = {end};
    index.rows(
        content,
        from,
        end,
        (at, hash) -> {
          long place = index.find(hash);
          if (place == ChunkIndex.NOWHERE) {
            return true;
          }
          int file = ChunkIndex.file(place);
          long shift = ChunkIndex.offset(place) - at;
          MemorySegment older = base.entries().get(file).content();
          long begin = at;
          while (begin - from >= BLOCK
              && Likeness.holds(content, begin - BLOCK, older, begin - BLOCK + shift, BLOCK)) {
            begin -= BLOCK;
          }
          if (begin - from < BLOCK && begin + shift >= begin - from) {
            int left = (int) (begin - from);
            begin = Likeness.holds(content, from, older, from + shift, left) ? from : begin;
          }
          long to = goOn(content, fileAt, begin, end, file, shift);
          if (to == begin) {
            return true;
          }
          done[0] = to;
          return false;
        });
    return done[0];
  }
}
