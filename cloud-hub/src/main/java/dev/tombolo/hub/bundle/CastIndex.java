package dev.tombolo.hub.bundle;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds stretches of files of no known format that are the base's numbers in another type: a model
/// that was exported as F16 and was F32, or the other way. Rows of signs and exponents, which all
/// of these types have, are looked up; of all places some are picked by what stands there.
final class CastIndex {
  /// Numbers that are looked up at once.
  private static final int ROW = 32;

  private static final int BLOCK = 64 << 10;

  /// Half of what rows of the highest bytes may take.
  private static final int PLACES_MAX = 1 << 19;

  /// Bytes of the target that are compared at once.
  private static final int COMPARED = 1 << 10;

  /// Less is not worth two pieces.
  private static final int STRETCH_MIN = 256;

  /// Of unlike weights a fifth have the same sign and exponent.
  private static final double ALIKE = 0.62;

  /// How often two of a block's numbers have the same sign and exponent: of what is no such number
  /// hardly ever, of what is all the same always.
  private static final double WEIGHTS_MIN = 0.04;

  private static final double WEIGHTS_MAX = 0.9;

  private static final int SAMPLE = 1024;
  private static final int VARIED_MIN = 4;
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  private static final long LEAVING = power(ROW);
  private static final long[] VALUES = new long[SignsAndExponents.VALUES];

  static {
    for (int i = 0; i < VALUES.length; i++) {
      long mixed = (i + 1) * 0xBF58_476D_1CE4_E5B9L;
      VALUES[i] = mixed ^ mixed >>> 29;
    }
  }

  private static final List<ElementType> CASTS =
      List.of(
          ElementType.FLOAT16_OF_32,
          ElementType.BFLOAT16_OF_32,
          ElementType.FLOAT32_OF_16,
          ElementType.FLOAT32_OF_B16,
          // No cast: weights of 64 bits, of whose highest bytes hardly any differ.
          ElementType.FLOAT64);

  private final List<Tree.Entry> base;
  private final ChunkIndex index = new ChunkIndex();
  private final long picked;
  private final short[] read = new short[BLOCK];
  private final int[] counts = new int[SignsAndExponents.VALUES];

  /// Is told of a row of numbers.
  private interface Seen {
    /// @param at where it begins
    /// @return false to end
    boolean row(long at, long hash);
  }

  CastIndex(List<Tree.Entry> base) {
    this.base = base;
    long bytes = base.stream().mapToLong(Tree.Entry::size).sum();
    int readings = SignsAndExponents.values().length;
    picked = Math.max(16, Long.highestOneBit(readings * bytes / PLACES_MAX) << 1) - 1;
    for (Tree.Entry file : base) {
      for (long at = 0; at < file.size(); at += BLOCK) {
        long end = Math.min(file.size(), at + BLOCK);
        for (SignsAndExponents older : SignsAndExponents.values()) {
          rows(
              file.content(),
              at,
              end,
              older,
              (row, hash) -> {
                index.add(hash | older.ordinal(), file.index(), row);
                return true;
              });
        }
      }
    }
  }

  /// The stretches between `from` and `to` that it has, in their order.
  ///
  /// @param toStream where the file begins among all files
  List<Run> find(MemorySegment content, long from, long to, long toStream) {
    List<Run> found = new ArrayList<>();
    long done = from;
    while (done < to && !index.isEmpty()) {
      long end = Math.min(to, done + BLOCK);
      Stretch stretch = inBlock(content, done, end, to);
      if (stretch != null) {
        found.add(stretch.run(toStream));
      }
      done = stretch == null ? end : stretch.end;
    }
    return found;
  }

  /// One that begins in the block, if there is any.
  private @Nullable Stretch inBlock(MemorySegment content, long from, long end, long to) {
    @Nullable Stretch[] found = {null};
    for (SignsAndExponents newer : SignsAndExponents.values()) {
      rows(
          content,
          from,
          end,
          newer,
          (row, hash) -> {
            found[0] = at(content, newer, row, hash, from, to);
            return found[0] == null;
          });
      if (found[0] != null) {
        return found[0];
      }
    }
    return null;
  }

  /// Of which the row is a part.
  private @Nullable Stretch at(
      MemorySegment content, SignsAndExponents newer, long row, long hash, long from, long to) {
    for (ElementType cast : CASTS) {
      long place = SignsAndExponents.of(cast) == newer ? find(cast, hash) : ChunkIndex.NOWHERE;
      if (place != ChunkIndex.NOWHERE) {
        Stretch stretch =
            new Stretch(content, cast, ChunkIndex.file(place), row, ChunkIndex.offset(place));
        stretch.extend(from, to);
        if (stretch.end - stretch.begin >= STRETCH_MIN) {
          return stretch;
        }
      }
    }
    return null;
  }

  private long find(ElementType cast, long hash) {
    return index.find(hash | SignsAndExponents.ofBase(cast).ordinal());
  }

  /// Tells the picked places of a block.
  private void rows(
      MemorySegment content, long from, long to, SignsAndExponents reading, Seen seen) {
    int width = reading.width();
    for (long phase = from; phase < from + width; phase++) {
      int count = (int) ((to - phase) / width);
      if (count >= ROW && areLikeWeights(content, phase, count, reading)) {
        reading.read(content, phase, count, read);
        if (!rows(phase, count, width, seen)) {
          return;
        }
      }
    }
  }

  private boolean rows(long from, int count, int width, Seen seen) {
    long hash = 0;
    for (int i = 0; i < count; i++) {
      hash = hash * MULTIPLIER + VALUES[read[i]];
      if (i >= ROW) {
        hash -= LEAVING * VALUES[read[i - ROW]];
      }
      long mixed = hash * MULTIPLIER;
      mixed ^= mixed >>> 32;
      int begin = i + 1 - ROW;
      // The lowest bits tell readings apart.
      if (begin >= 0
          && (mixed >>> 8 & picked) == 0
          && isVaried(begin)
          && !seen.row(from + (long) begin * width, mixed & -8)) {
        return false;
      }
    }
    return true;
  }

  /// Most phases are not where numbers begin, which some in the middle tell.
  private boolean areLikeWeights(
      MemorySegment content, long from, int count, SignsAndExponents reading) {
    int sampled = Math.min(SAMPLE, count);
    reading.read(content, from + (long) (count - sampled) / 2 * reading.width(), sampled, read);
    Arrays.fill(counts, 0);
    for (int i = 0; i < sampled; i++) {
      counts[read[i]]++;
    }
    long pairs = 0;
    for (int each : counts) {
      pairs += (long) each * each;
    }
    double share = (double) pairs / ((long) sampled * sampled);
    return share >= WEIGHTS_MIN && share <= WEIGHTS_MAX;
  }

  /// Rows of a few values are everywhere, and say nothing.
  private boolean isVaried(int begin) {
    int distinct = 0;
    for (int i = begin; i < begin + ROW && distinct < VARIED_MIN; i++) {
      boolean isNew = true;
      for (int before = begin; before < i && isNew; before++) {
        isNew = read[before] != read[i];
      }
      distinct += isNew ? 1 : 0;
    }
    return distinct == VARIED_MIN;
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= MULTIPLIER;
    }
    return power;
  }

  /// What is known to be the base's numbers cast.
  private final class Stretch {
    private final MemorySegment content;
    private final ElementType cast;
    private final int file;
    private final SignsAndExponents newer;
    private final SignsAndExponents older;

    /// The row, and where the base has it.
    private final long row;

    private final long place;
    private long begin;
    private long end;

    Stretch(MemorySegment content, ElementType cast, int file, long row, long place) {
      this.content = content;
      this.cast = cast;
      this.file = file;
      this.row = row;
      this.place = place;
      newer = SignsAndExponents.of(cast);
      older = SignsAndExponents.ofBase(cast);
      begin = row;
      end = row;
    }

    Run run(long toStream) {
      // A sample tells more of what is no cast, and what is left of an element that is cut apart.
      ElementType type = cast == ElementType.FLOAT64 ? ElementType.UNKNOWN : cast;
      return new Run(toStream + begin, end - begin, type, false, file, there(begin));
    }

    /// As far as it is alike, block by block, then number by number.
    void extend(long from, long to) {
      while (end + COMPARED <= to && isAlike(end, COMPARED)) {
        end += COMPARED;
      }
      while (begin - COMPARED >= from && isAlike(begin - COMPARED, COMPARED)) {
        begin -= COMPARED;
      }
      int width = newer.width();
      while (end + width <= to && isAlike(end, width)) {
        end += width;
      }
      while (begin - width >= from && isAlike(begin - width, width)) {
        begin -= width;
      }
    }

    private boolean isAlike(long at, int length) {
      MemorySegment there = base.get(file).content();
      long first = there(at);
      if (first < 0 || there(at + length) > there.byteSize()) {
        return false;
      }
      int count = length / newer.width();
      int same = 0;
      for (int i = 0; i < count; i++) {
        int old = older.at(there, first + (long) i * older.width());
        same += old == newer.at(content, at + (long) i * newer.width()) ? 1 : 0;
      }
      return same >= ALIKE * count;
    }

    private long there(long at) {
      return place + (at - row) / newer.width() * older.width();
    }
  }
}
