package dev.tombolo.agent.bundle;

import dev.tombolo.protocol.bundle.Prefix;
import java.io.IOException;

/// The segment at work, and before it as much of what was made as later segments refer to.
final class Window {
  private static final int ROOM = 4 << 20;

  private final int history;
  private final byte[] bytes;
  private byte[] prefix = {};
  private int end;

  /// @param history how much to keep
  Window(int history, int longestSegment) {
    this.history = history;
    // Room for several segments, so that the kept bytes are seldom moved.
    bytes = new byte[history == 0 ? longestSegment : history + longestSegment + ROOM];
  }

  byte[] bytes() {
    return bytes;
  }

  /// The prefix of the next segment.
  byte[] prefix(Prefix of, BaseFiles base) throws IOException {
    if (prefix.length != of.length()) {
      prefix = new byte[of.length()];
    }
    // Not by a switch, whose code the platform makes when it is first run: some milliseconds.
    if (of instanceof Prefix.Before(int length)) {
      System.arraycopy(bytes, end - length, prefix, 0, length);
    } else if (of instanceof Prefix.OfBase(int file, long offset, int length)) {
      base.read(file, offset, prefix, 0, length);
    }
    return prefix;
  }

  /// Where in [#bytes()] the next segment goes.
  int room(int length) {
    if (history == 0) {
      return 0;
    }
    if (end + length > bytes.length) {
      int kept = Math.min(history, end);
      System.arraycopy(bytes, end - kept, bytes, 0, kept);
      end = kept;
    }
    int at = end;
    end += length;
    return at;
  }
}
