package dev.tombolo.bench.line;

import java.util.concurrent.ThreadLocalRandom;

/// Where all connections of the line pass. Holds its mode and wakes the waiting when it changes.
final class Gate {
  /// How long a throttled connection saves up.
  private static final int THROTTLE_SLICE_MILLIS = 50;

  static final int PIECE_BYTES = 16 * 1024;

  private LineMode mode = new LineMode.Open();
  private long change;

  synchronized void set(LineMode next) {
    mode = next;
    change++;
    notifyAll();
  }

  synchronized LineMode mode() {
    return mode;
  }

  /// Bytes that may be taken from the socket in one go.
  synchronized int pieceBytes() {
    return switch (mode) {
      case LineMode.Open _, LineMode.Cut _ -> PIECE_BYTES;
      case LineMode.Stall stall -> Math.min(PIECE_BYTES, stall.pieceBytes());
      case LineMode.Throttle throttle ->
          Math.clamp(
              (long) throttle.bytesPerSecond() * THROTTLE_SLICE_MILLIS / 1000, 1, PIECE_BYTES);
    };
  }

  /// Returns when `bytes` may go on. A pause ends early when the mode changes, then the new mode
  /// counts.
  synchronized void pass(int bytes) throws InterruptedException {
    while (true) {
      switch (mode) {
        case LineMode.Open _ -> {
          return;
        }
        case LineMode.Cut _ -> wait();
        case LineMode.Stall stall -> {
          if (pause(
              ThreadLocalRandom.current().nextInt(stall.minMillis(), stall.maxMillis() + 1))) {
            return;
          }
        }
        case LineMode.Throttle throttle -> {
          if (pause(Math.max(1, 1000L * bytes / throttle.bytesPerSecond()))) {
            return;
          }
        }
      }
    }
  }

  /// @return true when the time is over, false when the mode changed before
  private boolean pause(long millis) throws InterruptedException {
    long seen = change;
    long end = System.nanoTime() + millis * 1_000_000;
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      wait(left / 1_000_000 + 1);
      if (change != seen) {
        return false;
      }
    }
    return true;
  }
}
