package dev.tombolo.hub.bundle;

import org.jspecify.annotations.Nullable;

/// Passes runs on, fewer of them. Equal stretches that go on in the base are one. What is equal for
/// a few bytes only, between new bytes at the same place in the base, is one with them: of packed
/// weights that moved, there are a hundred thousand such stretches to the megabyte. Whether to cut
/// there is asked again when the segment is coded ([Cuts]).
final class JoinedRuns {
  /// What is equal for longer is always a run of its own.
  static final int EQUAL_MAX = 256;

  /// A run that has so many of them, and is so long, is not joined any further: who makes segments
  /// may want to end one.
  private static final int PIECES = 1024;

  private static final long LENGTH = 64 << 10;

  private final Seen to;
  private @Nullable Run open;

  /// How many runs it was.
  private int pieces;

  /// Equal, short, behind `open`, which is new.
  private @Nullable Run held;

  private long newBytes;

  /// Is told of runs.
  interface Seen {
    /// @param pieces how many runs it was before they were joined
    void run(Run run, int pieces);
  }

  JoinedRuns(Seen to) {
    this.to = to;
  }

  /// Of all runs that were passed on, those that are not equal to the base's.
  long newBytes() {
    return newBytes;
  }

  void add(Run run) {
    join(run);
  }

  /// What comes next belongs to another file.
  void fileEnds() {
    if (held != null) {
      next(held);
      held = null;
    }
    if (open != null && !open.equal()) {
      end();
    }
  }

  /// Nothing comes any more.
  void end() {
    if (open != null) {
      newBytes += open.equal() ? 0 : open.length();
      to.run(open, pieces);
      open = null;
      pieces = 0;
    }
  }

  /// New, of no known type, with a place in the base.
  static boolean isLoose(Run run) {
    return !run.equal() && run.type() == null && run.hasBase();
  }

  private void join(Run run) {
    Run before = open;
    Run between = held;
    if (before == null) {
      next(run);
    } else if (between != null) {
      held = null;
      if (isLoose(run) && goesOn(between, run)) {
        open = joined(joined(before, between), run);
        pieces += 2;
        if (pieces >= PIECES && open.length() >= LENGTH) {
          end();
        }
      } else {
        next(between);
        join(run);
      }
    } else if (before.equal() && run.equal() && goesOn(before, run)) {
      open = joined(before, run);
    } else if (isLoose(before) && run.type() == null && goesOn(before, run)) {
      if (!run.equal()) {
        open = joined(before, run);
      } else if (run.length() <= EQUAL_MAX) {
        held = run;
      } else {
        next(run);
      }
    } else {
      next(run);
    }
  }

  private void next(Run run) {
    end();
    open = run;
    pieces = 1;
  }

  private static boolean goesOn(Run before, Run run) {
    return before.baseFile() == run.baseFile()
        && before.baseOffset() + before.length() == run.baseOffset();
  }

  private static Run joined(Run before, Run run) {
    return new Run(
        before.at(),
        before.length() + run.length(),
        before.type() == run.type() ? before.type() : null,
        before.equal(),
        before.baseFile(),
        before.baseOffset());
  }
}
