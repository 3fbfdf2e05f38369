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
  private static final int STRETCH_MIN = 8 << 10;

  /// Compared at once.
  private static final int BLOCK = 1 << 10;

  private final Tree base;
  private final Tree target;
  private final List<Run> found = new ArrayList<>();
  private LikenessIndex index = new LikenessIndex(List.of());
  private boolean isIndexed;
  private @Nullable CastIndex casts;
  private int lastFile = Run.NO_BASE;
  private long lastShift;

  /// Of the file at work, and of new bytes that are close together in it.
  private int file;

  private long fileAt;
  private long from = -1;
  private long to = -1;
  private @Nullable Run guess;

  Alike(Tree base, Tree target) {
    this.base = base;
    this.target = target;
  }

  /// Looks at the next run of [Matching].
  void look(Run run) {
    if (base.size() == 0) {
      return;
    }
    while (run.at() >= fileAt + target.entries().get(file).size()) {
      nextFile();
    }
    boolean isKnown = run.type() != null && run.hasBase() && !run.equal();
    if (isKnown || run.equal() && run.length() > JoinedRuns.EQUAL_MAX) {
      stretchEnds();
    } else if (!run.equal()) {
      from = from < 0 ? run.at() : from;
      to = run.at() + run.length();
    }
    if (from >= 0 && guess == null && run.hasBase()) {
      guess = run;
    }
  }

  /// What was found, in the order of the target's bytes, none overlapping another. There are no
  /// more runs.
  List<Run> found() {
    stretchEnds();
    return found;
  }

  private void nextFile() {
    stretchEnds();
    fileAt += target.entries().get(file).size();
    file++;
  }

  private void stretchEnds() {
    if (from >= 0) {
      stretch(from, to, guess);
    }
    from = -1;
    guess = null;
  }

  private void stretch(long begin, long behind, @Nullable Run likely) {
    if (behind - begin < STRETCH_MIN) {
      return;
    }
    MemorySegment content = target.entries().get(file).content();
    long end = behind - fileAt;
    long at = begin - fileAt;
    int first = found.size();
    if (likely != null) {
      at = goOn(content, at, end, likely.baseFile(), likely.baseOffset() - likely.at() + fileAt);
    }
    while (end - at >= STRETCH_MIN) {
      long before = at;
      if (lastFile != Run.NO_BASE) {
        at = goOn(content, at, end, lastFile, lastShift);
      }
      at = at == before ? search(content, at, end) : at;
    }
    List<Run> ofSameType = List.copyOf(found.subList(first, found.size()));
    found.subList(first, found.size()).clear();
    long done = begin;
    for (Run run : ofSameType) {
      casts(content, done, run.at());
      found.add(run);
      done = run.at() + run.length();
    }
    casts(content, done, behind);
  }

  /// What resembles nothing as it is may be the base's numbers in another type.
  private void casts(MemorySegment content, long begin, long behind) {
    if (behind - begin < STRETCH_MIN) {
      return;
    }
    if (casts == null) {
      casts = new CastIndex(base.entries());
    }
    found.addAll(casts.find(content, begin - fileAt, behind - fileAt, fileAt));
  }

  /// From here on as far as it resembles.
  private long goOn(MemorySegment content, long begin, long end, int older, long shift) {
    MemorySegment there = base.entries().get(older).content();
    long behind = begin;
    while (behind < end) {
      int length = (int) Math.min(BLOCK, end - behind);
      if (!Likeness.holds(content, behind, there, behind + shift, length)) {
        break;
      }
      behind += length;
    }
    if (behind - begin < Math.min(STRETCH_MIN, end - begin)) {
      return begin;
    }
    found.add(
        new Run(fileAt + begin, behind - begin, ElementType.UNKNOWN, false, older, begin + shift));
    lastFile = older;
    lastShift = shift;
    return behind;
  }

  /// To behind the next stretch of which the base has one alike, or to the end.
  private long search(MemorySegment content, long start, long end) {
    if (!isIndexed) {
      index = new LikenessIndex(base.entries());
      isIndexed = true;
    }
    long[] done = {end};
    index.rows(
        content,
        start,
        end,
        (at, hash) -> {
          long place = index.find(hash);
          if (place == ChunkIndex.NOWHERE) {
            return true;
          }
          int olderFile = ChunkIndex.file(place);
          long shift = ChunkIndex.offset(place) - at;
          MemorySegment older = base.entries().get(olderFile).content();
          long begin = at;
          while (begin - start >= BLOCK
              && Likeness.holds(content, begin - BLOCK, older, begin - BLOCK + shift, BLOCK)) {
            begin -= BLOCK;
          }
          if (begin - start < BLOCK && begin + shift >= begin - start) {
            int left = (int) (begin - start);
            begin = Likeness.holds(content, start, older, start + shift, left) ? start : begin;
          }
          long behind = goOn(content, begin, end, olderFile, shift);
          if (behind == begin) {
            return true;
          }
          done[0] = behind;
          return false;
        });
    return done[0];
  }
}
