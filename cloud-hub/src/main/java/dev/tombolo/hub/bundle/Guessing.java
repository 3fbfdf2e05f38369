package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.Elements;
import dev.tombolo.protocol.bundle.PieceKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the numbers of a stretch are that no format tells of: what makes a sample of it the
/// smallest, block by block.
final class Guessing {
  private static final int BLOCK = 128 << 10;
  private static final int SAMPLE = 16 << 10;
  private static final List<ElementType> TYPES =
      List.of(ElementType.BYTE, ElementType.FLOAT16, ElementType.FLOAT32);

  private final List<Tree.Entry> base;

  /// @param phase how many bytes behind a multiple of the element's width in the file of the base
  private record Guess(ElementType type, int phase) {}

  Guessing(List<Tree.Entry> base) {
    this.base = base;
  }

  /// The segment with these runs in the place of what it says there, each with a type: as guessed
  /// block by block, and, where that differs, with what most blocks are throughout.
  List<Draft> typed(Draft draft, List<Run> alike, byte[] plain) {
    Map<Run, List<Guess>> guesses = new LinkedHashMap<>();
    Map<Guess, Integer> counts = new LinkedHashMap<>();
    for (Run run : alike) {
      // Of the others it is known.
      List<Guess> ofRun =
          run.type() != ElementType.UNKNOWN
              ? List.of()
              : guesses(run, (int) (run.at() - draft.at()), plain);
      guesses.put(run, ofRun);
      ofRun.forEach(guess -> counts.merge(guess, 1, Integer::sum));
    }
    List<Draft> typed = new ArrayList<>(List.of(typed(draft, guesses)));
    if (counts.size() > 1) {
      Guess most = Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
      guesses.replaceAll((_, ofRun) -> Collections.nCopies(ofRun.size(), most));
      typed.add(typed(draft, guesses));
    }
    return typed;
  }

  private static Draft typed(Draft draft, Map<Run, List<Guess>> guesses) {
    List<Run> typed = new ArrayList<>();
    List<Run> left = new ArrayList<>(draft.runs().reversed());
    guesses.forEach(
        (run, ofRun) -> {
          until(left, run.at(), typed);
          until(left, run.at() + run.length(), new ArrayList<>());
          numbers(run, ofRun, typed);
        });
    until(left, Long.MAX_VALUE, typed);
    return new Draft(typed);
  }

  /// Moves what stands before `end` from the one to the other.
  private static void until(List<Run> left, long end, List<Run> to) {
    while (!left.isEmpty() && left.getLast().at() < end) {
      Run run = left.removeLast();
      if (run.length() > end - run.at()) {
        long head = end - run.at();
        left.add(run.part(head, run.length() - head));
        run = run.part(0, head);
      }
      to.add(run);
    }
  }

  private List<Guess> guesses(Run run, int at, byte[] plain) {
    List<Guess> guesses = new ArrayList<>();
    for (long from = 0; from < run.length(); from += BLOCK) {
      int length = (int) Math.min(BLOCK, run.length() - from);
      guesses.add(guess(run.part(from, length), (int) (at + from), plain));
    }
    return guesses;
  }

  private static void numbers(Run run, List<Guess> guesses, List<Run> typed) {
    if (guesses.isEmpty()) {
      typed.add(run);
      return;
    }
    int begun = 0;
    for (int i = 1; i <= guesses.size(); i++) {
      if (i == guesses.size() || !guesses.get(i).equals(guesses.get(begun))) {
        long from = (long) begun * BLOCK;
        long to = Math.min(run.length(), (long) i * BLOCK);
        aligned(run.part(from, to - from), guesses.get(begun), typed);
        begun = i;
      }
    }
  }

  private Guess guess(Run run, int at, byte[] plain) {
    Guess best = new Guess(ElementType.BYTE, 0);
    double least = Double.MAX_VALUE;
    int length = (int) Math.min(SAMPLE, run.length());
    int from = (int) (run.length() - length) / 2;
    byte[] older = new byte[length];
    TreeBytes.copy(base.get(run.baseFile()), run.baseOffset() + from, older, 0, length);
    byte[] sample = Arrays.copyOfRange(plain, at + from, at + from + length);
    for (ElementType type : TYPES) {
      for (PieceKind kind : type.differences()) {
        int width = kind.width();
        for (int skipped = 0; skipped < width; skipped++) {
          int part = (length - skipped) / width * width;
          if (part <= 0) {
            continue;
          }
          byte[] sampled = Arrays.copyOfRange(sample, skipped, skipped + part);
          byte[] old = Arrays.copyOfRange(older, skipped, skipped + part);
          double bits = bits(kind, sampled, old, part);
          if (bits < least) {
            least = bits;
            int phase = (int) ((run.baseOffset() + from + skipped) % width);
            best = new Guess(type, phase);
          }
        }
      }
    }
    return best;
  }

  /// Of the differences, each byte of them by itself.
  private static double bits(PieceKind kind, byte[] plain, byte[] older, int length) {
    byte[] planes = new byte[length];
    Elements.toPlanes(kind, plain, older, length, planes);
    int count = length / kind.width();
    double bits = 0;
    for (int plane = 0; plane < kind.width(); plane++) {
      int[] counts = new int[256];
      for (int i = plane * count; i < (plane + 1) * count; i++) {
        counts[planes[i] & 0xff]++;
      }
      for (int each : counts) {
        bits += each == 0 ? 0 : each * StrictMath.log((double) count / each);
      }
    }
    return bits;
  }

  /// What stands before the first whole element, and behind the last one, as bytes.
  private static void aligned(Run run, Guess guess, List<Run> typed) {
    int width = guess.type().differences().getFirst().width();
    long head = Math.min(run.length(), Math.floorMod(guess.phase() - run.baseOffset(), width));
    long body = (run.length() - head) / width * width;
    add(run, 0, head, ElementType.BYTE, typed);
    add(run, head, body, guess.type(), typed);
    add(run, head + body, run.length() - head - body, ElementType.BYTE, typed);
  }

  private static void add(Run run, long from, long length, ElementType type, List<Run> typed) {
    if (length > 0) {
      Run part = run.part(from, length);
      typed.add(new Run(part.at(), length, type, false, part.baseFile(), part.baseOffset()));
    }
  }
}
