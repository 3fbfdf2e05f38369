package dev.tombolo.hub.bundle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs of a segment, cut at what is equal to the base for so many bytes. What of it pays depends
/// on what the new bytes between are: a piece more costs bytes of the table, a piece less leaves it
/// to zstd, or to the differences.
final class Cuts {
  /// A shorter stretch costs more than it saves.
  static final int FINE = 12;

  /// At nothing that has been joined.
  static final int COARSE = JoinedRuns.EQUAL_MAX + 1;

  /// The finest first.
  static final List<Integer> ALL = List.of(FINE, 64, COARSE, 4 << 10);

  private Cuts() {}

  /// @param plain of the segment that begins at `plainAt`
  static List<Run> at(
      List<Run> runs, int equalMin, byte[] plain, long plainAt, List<Tree.Entry> base) {
    List<Run> cut = new ArrayList<>();
    for (Run run : runs) {
      if (JoinedRuns.isLoose(run) && equalMin < COARSE) {
        byte[] older = new byte[(int) run.length()];
        TreeBytes.copy(base.get(run.baseFile()), run.baseOffset(), older, 0, older.length);
        cut(run, equalMin, plain, (int) (run.at() - plainAt), older, cut);
      } else if (run.equal() && run.type() == null && run.length() < equalMin) {
        cut.add(run.asNew());
      } else {
        cut.add(run);
      }
    }
    return cut;
  }

  private static void cut(
      Run run, int equalMin, byte[] plain, int begin, byte[] older, List<Run> cut) {
    int done = 0;
    for (int at = 0; at < older.length; ) {
      int mismatch =
          Arrays.mismatch(plain, begin + at, begin + older.length, older, at, older.length);
      int equal = mismatch < 0 ? older.length - at : mismatch;
      if (equal >= equalMin) {
        if (at > done) {
          cut.add(run.part(done, at - done));
        }
        cut.add(run.part(at, equal).asEqual());
        done = at + equal;
      }
      at += equal;
      while (at < older.length && plain[begin + at] != older[at]) {
        at++;
      }
    }
    if (done < older.length) {
      cut.add(run.part(done, older.length - done));
    }
  }
}
