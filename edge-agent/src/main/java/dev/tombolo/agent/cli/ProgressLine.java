package dev.tombolo.agent.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// How far something is, in one line of a terminal that is drawn anew; nothing for what is over at
/// once, or without a terminal.
final class ProgressLine {
  private static final int WIDTH = 24;
  private static final long QUIET_NANOS = 1_000_000_000;
  private static final long REDRAW_NANOS = 200_000_000;

  private final PrintWriter to;
  private boolean seen;
  private final long begun = System.nanoTime();
  private long drawn = begun + QUIET_NANOS;
  private long total;
  private long done;
  private boolean any;

  /// @param wanted when there is a terminal to see it, for which is looked only then: that takes
  ///   longer than a small model
  ProgressLine(boolean wanted, PrintWriter to) {
    seen = wanted;
    this.to = to;
  }

  /// Begins, also once more from the beginning.
  void total(long bytes) {
    total = bytes;
    done = 0;
  }

  void add(long bytes) {
    done += bytes;
    long now = System.nanoTime();
    if (!seen || now - drawn < REDRAW_NANOS) {
      return;
    }
    drawn = now;
    seen = any || System.console() != null;
    if (!seen) {
      return;
    }
    any = true;
    double share = share();
    to.printf(
        Locale.ROOT,
        "\r%-" + WIDTH + "s %3d%%  %d of %d MB  %.0f MB/s ",
        "#".repeat((int) (share * WIDTH)),
        (int) (share * 100),
        done / 1_000_000,
        total / 1_000_000,
        done / 1e6 / ((now - begun) / 1e9));
    to.flush();
  }

  double share() {
    return total == 0 ? 1 : (double) done / total;
  }

  void end() {
    if (any) {
      to.println();
      to.flush();
    }
  }
}
