package dev.tombolo.agent.bundle;

import dev.tombolo.protocol.bundle.Prefix;
import dev.tombolo.protocol.bundle.PrefixBytes;
import java.io.IOException;

/// The segment at work, and before it as much of what was made as later segments refer to.
final class Window {
  private static final int ROOM = 4 << 20;

  private final int history;
  private final byte[] bytes;
  private byte[] prefix = {};

  /// The segment at work.
  private int begin;

  private int end;

  /// @param history how much to keep
  Window(int history, int longestSegment) {
    this.history = history;
    // Room for several short segments, so that the kept bytes are seldom moved; beside a long one
    // that move is little.
    bytes = new byte[history == 0 ? longestSegment : history + Math.max(longestSegment, ROOM)];
  }

  byte[] bytes() {
    return bytes;
  }

  /// The prefix of the segment for which there was [#room(int)] last.
  PrefixBytes<IOException> prefix(Prefix of, BaseFiles base) {
    return new BytesOf(of, base);
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
    begin = end;
    end += length;
    return begin;
  }

  /// Not a lambda, whose code the platform makes when it is first run: some milliseconds. Nor is
  /// there a switch over patterns, for the same.
  private final class BytesOf implements PrefixBytes<IOException> {
    private final Prefix of;
    private final BaseFiles base;

    BytesOf(Prefix of, BaseFiles base) {
      this.of = of;
      this.base = base;
    }

    @Override
    public byte[] get() throws IOException {
      if (prefix.length != of.length()) {
        prefix = new byte[of.length()];
      }
      if (of instanceof Prefix.Before(int length)) {
        System.arraycopy(bytes, begin - length, prefix, 0, length);
      } else if (of instanceof Prefix.OfBase(int file, long offset, int length)) {
        base.read(file, offset, prefix, 0, length);
      }
      return prefix;
    }
  }
}
