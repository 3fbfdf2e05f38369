package dev.tombolo.hub.cli.screen;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;

/// A progress bar in one line of a terminal, redrawn at most ten times a second.
public final class Progress implements AutoCloseable {
  private static final int WIDTH = 24;
  private static final long REDRAW_NANOS = 100_000_000;

  /// What does not fit a narrow terminal's line is cut off, not wrapped into the next.
  private static final String NO_WRAP = "\033[?7l";

  private static final String WRAP = "\033[?7h";
  private static final String[] EIGHTHS = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

  private final PrintWriter to;
  private final String what;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long done;
  private long drawnNanos = startNanos - REDRAW_NANOS;

  /// @param total bytes
  Progress(PrintWriter to, String what, long total) {
    this.to = to;
    this.what = what;
    this.total = total;
  }

  public static Progress silent() {
    return new Progress(new PrintWriter(Writer.nullWriter()), "", 1);
  }

  public void add(long bytes) {
    done += bytes;
    long now = System.nanoTime();
    if (now - drawnNanos >= REDRAW_NANOS || done >= total) {
      drawnNanos = now;
      draw(now);
    }
  }

  /// Ends the line.
  @Override
  public void close() {
    draw(System.nanoTime());
    to.println();
    to.flush();
  }

  private void draw(long now) {
    double share = total == 0 ? 1 : Math.min(1, (double) done / total);
    int eighths = (int) (share * WIDTH * 8);
    String bar = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
    double seconds = Math.max(0.001, (now - startNanos) / 1e9);
    to.printf(
        Locale.ROOT,
        "\r" + NO_WRAP + "%s ▕%-" + WIDTH + "s▏ %3d%%  %s of %s  %s/s " + WRAP,
        what,
        bar,
        (int) (share * 100),
        Ago.bytes(done),
        Ago.bytes(total),
        Ago.bytes((long) (done / seconds)));
    to.flush();
  }
}
