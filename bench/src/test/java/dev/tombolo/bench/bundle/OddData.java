package dev.tombolo.bench.bundle;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/// Files that no model looks like, and later versions of them; a seed always gives the same.
final class OddData {
  private static final int LENGTH_MAX = 600_000;

  private final Random random;
  private final long seed;
  private String said = "";

  OddData(long seed) {
    this.seed = seed;
    random = new Random(seed);
  }

  /// How the last pair was drawn.
  String said() {
    return "seed " + seed + ": " + said;
  }

  byte[] drawn() {
    int length = 1_000 + random.nextInt(LENGTH_MAX);
    int kind = random.nextInt(6);
    said = "kind " + kind + ", " + length + " bytes";
    return switch (kind) {
      case 0 -> new byte[length];
      case 1 -> sparse(length);
      case 2 -> text(length);
      case 3 -> tiled(length);
      case 4 -> noise(length, 0xff);
      default -> noise(length, 0x03);
    };
  }

  byte[] madeOf(byte[] older) {
    int change = random.nextInt(8);
    said += ", change " + change;
    return switch (change) {
      case 0 -> drawn();
      case 1 -> new byte[older.length];
      case 2 -> reversed(older);
      case 3 -> interleaved(older, drawn());
      case 4 -> scattered(older, 2 + random.nextInt(40));
      case 5 -> swapped(older);
      case 6 -> inserted(older);
      default -> interleaved(older, new byte[older.length]);
    };
  }

  private byte[] sparse(int length) {
    byte[] sparse = new byte[length];
    for (int at = random.nextInt(100); at < length; at += 1 + random.nextInt(100)) {
      sparse[at] = (byte) random.nextInt(256);
    }
    return sparse;
  }

  private byte[] text(int length) {
    String[] words = {"shop ", "tide ", "island, ", "counter ", "of ", "the ", "rows\n"};
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      text.append(words[random.nextInt(words.length)]);
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] tiled(int length) {
    byte[] tile = noise(1 + random.nextInt(5_000), 0xff);
    byte[] tiled = new byte[length];
    for (int at = 0; at < length; at++) {
      tiled[at] = tile[at % tile.length];
    }
    return tiled;
  }

  private byte[] noise(int length, int mask) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    for (int at = 0; at < length; at++) {
      noise[at] &= (byte) mask;
    }
    return noise;
  }

  private static byte[] reversed(byte[] older) {
    byte[] fresh = new byte[older.length];
    for (int at = 0; at < fresh.length; at++) {
      fresh[at] = older[older.length - 1 - at];
    }
    return fresh;
  }

  /// Blocks of one and the other by turns, each where it was.
  private byte[] interleaved(byte[] one, byte[] other) {
    byte[] fresh = one.clone();
    int block = 1 + random.nextInt(64);
    for (int at = 0; at < Math.min(one.length, other.length); at++) {
      fresh[at] = at / block % 2 == 0 ? one[at] : other[at];
    }
    return fresh;
  }

  private byte[] scattered(byte[] older, int every) {
    byte[] fresh = older.clone();
    for (int at = 0; at < fresh.length; at += 1 + random.nextInt(2 * every)) {
      fresh[at] = (byte) random.nextInt(256);
    }
    return fresh;
  }

  private byte[] swapped(byte[] older) {
    int at = random.nextInt(older.length);
    byte[] fresh = new byte[older.length];
    System.arraycopy(older, at, fresh, 0, older.length - at);
    System.arraycopy(older, 0, fresh, older.length - at, at);
    return fresh;
  }

  private byte[] inserted(byte[] older) {
    byte[] more = noise(1 + random.nextInt(3_000), 0xff);
    int at = random.nextInt(older.length);
    byte[] fresh = Arrays.copyOf(older, older.length + more.length);
    System.arraycopy(older, at, fresh, at + more.length, older.length - at);
    System.arraycopy(more, 0, fresh, at, more.length);
    return fresh;
  }
}
