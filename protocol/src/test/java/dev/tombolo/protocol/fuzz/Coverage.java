package dev.tombolo.protocol.fuzz;

import java.util.Arrays;

/// Which places of the code ran, counted; a place may share its cell with another.
public final class Coverage {
  private static final int CELLS = 1 << 16;
  private static final byte[] HITS = new byte[CELLS];

  private Coverage() {}

  /// Called by the code that [CoverageLoader] loads.
  public static void hit(int place) {
    int cell = place & CELLS - 1;
    if (HITS[cell] != Byte.MAX_VALUE) {
      HITS[cell]++;
    }
  }

  static void clear() {
    Arrays.fill(HITS, (byte) 0);
  }

  /// Adds what ran to `seen`; true when something ran that had not, or much more often.
  static boolean addTo(byte[] seen) {
    boolean isNew = false;
    for (int i = 0; i < CELLS; i++) {
      if (HITS[i] != 0) {
        int bucket = 1 << (31 - Integer.numberOfLeadingZeros(HITS[i]));
        if ((seen[i] & bucket) == 0) {
          seen[i] |= (byte) bucket;
          isNew = true;
        }
      }
    }
    return isNew;
  }

  static byte[] none() {
    return new byte[CELLS];
  }

  static int places(byte[] seen) {
    int places = 0;
    for (byte cell : seen) {
      places += cell == 0 ? 0 : 1;
    }
    return places;
  }
}
