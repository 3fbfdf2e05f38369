package dev.tombolo.bench.simulation;

import java.io.Console;

/// A bar on the terminal: how many seeds are played, and how fast.
public final class Progress {
  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 200_000_000;

  private final int all;
  private final boolean isShown;
  private final long began = System.nanoTime();
  private long drawn;

  private Progress(int all, boolean isShown) {
    this.all = all;
    this.isShown = isShown;
  }

  /// On a terminal; nothing elsewhere.
  public static Progress standard(int all) {
    Console console = System.console();
    return new Progress(all, console != null && console.isTerminal());
  }

  public static Progress hidden() {
    return new Progress(1, false);
  }

  synchronized void played(int count) {
    long now = System.nanoTime();
    if (isShown && now - drawn >= REDRAW_NANOS) {
      drawn = now;
      int full = (int) ((long) WIDTH * count / all);
      System.err.printf(
          "\r[%s%s] %d/%d  %.1f seeds/s ",
          "#".repeat(full), ".".repeat(WIDTH - full), count, all, count / ((now - began) / 1e9));
    }
  }

  synchronized void end() {
    if (isShown) {
      System.err.print("\r" + " ".repeat(WIDTH + 40) + "\r");
    }
  }
}
