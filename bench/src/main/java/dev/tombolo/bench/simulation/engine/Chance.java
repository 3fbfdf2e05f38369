package dev.tombolo.bench.simulation.engine;

import java.util.List;

/// Repeatable randomness (SplitMix64). Each purpose gets a stream of its own, so that leaving one
/// kind of fault out does not change the others.
public final class Chance {
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private final long origin;
  private long state;

  public Chance(long seed) {
    this.origin = mixed(seed + STEP);
    this.state = origin;
  }

  /// A stream that depends on the seed and the purpose alone, not on what was drawn before.
  public Chance of(String purpose) {
    return of(purpose, 0);
  }

  public Chance of(String purpose, long number) {
    return new Chance(mixed(origin ^ purpose.hashCode() * STEP) + number * STEP);
  }

  public long next() {
    state += STEP;
    return mixed(state);
  }

  private static long mixed(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /// 0 (inclusive) to `bound` (exclusive).
  public int below(int bound) {
    return (int) ((next() >>> 33) % bound);
  }

  /// Both ends inclusive.
  public long between(long from, long to) {
    return from + (next() >>> 1) % (to - from + 1);
  }

  /// 0 (inclusive) to 1 (exclusive).
  public double unit() {
    return (next() >>> 11) * 0x1.0p-53;
  }

  public boolean isWithin(double share) {
    return unit() < share;
  }

  /// Time until the next of events that come this often on average.
  public long gap(double meanMillis) {
    return 1 + (long) (-Math.log(1 - unit()) * meanMillis);
  }

  public <T> T oneOf(List<T> list) {
    return list.get(below(list.size()));
  }

  public byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (next() >>> 40);
    }
    return bytes;
  }
}
