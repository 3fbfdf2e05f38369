package dev.tombolo.bench.simulation.engine;

import java.util.Arrays;

/// Virtual time: what happens next, in the order of its time, and of its asking where times are the
/// same. A heap of four children each, in arrays.
public final class Scheduler {
  /// Bits of a key below its time: so many actions may be asked for in one world.
  private static final int ORDER_BITS = 27;

  private static final int CHILDREN = 4;

  /// More than two years: no world lasts so long, what is later never comes.
  private static final long LATEST_MILLIS = Long.MAX_VALUE >>> ORDER_BITS;

  private final long beginMillis;

  /// Milliseconds since the beginning, then the order of asking.
  private long[] keys = new long[1024];

  private Runnable[] actions = new Runnable[1024];
  private int size;
  private long asked;
  private long now;
  private long done;

  public Scheduler(long beginMillis) {
    this.beginMillis = beginMillis;
    this.now = beginMillis;
  }

  /// Milliseconds since 1970-01-01T00:00Z, the true time of the world.
  public long now() {
    return now;
  }

  /// Actions done so far.
  public long done() {
    return done;
  }

  public void in(long delayMillis, Runnable action) {
    at(now + Math.max(0, delayMillis), action);
  }

  public void at(long millis, Runnable action) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      actions = Arrays.copyOf(actions, size * 2);
    }
    if (asked >>> ORDER_BITS != 0) {
      throw new IllegalStateException("a world of more than 2^" + ORDER_BITS + " actions");
    }
    long since = Math.min(LATEST_MILLIS, Math.max(now, millis) - beginMillis);
    rise(since << ORDER_BITS | asked++, action);
  }

  /// Does the next action if it is due before `endMillis`; else moves time to that end.
  public boolean step(long endMillis) {
    if (size == 0 || timeOf(keys[0]) >= endMillis) {
      now = Math.max(now, endMillis);
      return false;
    }
    now = timeOf(keys[0]);
    Runnable action = actions[0];
    size--;
    long last = keys[size];
    Runnable lastAction = actions[size];
    actions[size] = Scheduler::nothing;
    if (size > 0) {
      sink(last, lastAction);
    }
    done++;
    action.run();
    return true;
  }

  private long timeOf(long key) {
    return beginMillis + (key >>> ORDER_BITS);
  }

  private static void nothing() {}

  /// From the last place towards the first.
  private void rise(long key, Runnable action) {
    int place = size++;
    while (place > 0) {
      int parent = (place - 1) / CHILDREN;
      if (keys[parent] < key) {
        break;
      }
      keys[place] = keys[parent];
      actions[place] = actions[parent];
      place = parent;
    }
    keys[place] = key;
    actions[place] = action;
  }

  /// From the first place towards the last.
  private void sink(long key, Runnable action) {
    int place = 0;
    while (true) {
      int first = CHILDREN * place + 1;
      if (first >= size) {
        break;
      }
      int least = first;
      int end = Math.min(first + CHILDREN, size);
      for (int child = first + 1; child < end; child++) {
        if (keys[child] < keys[least]) {
          least = child;
        }
      }
      if (key < keys[least]) {
        break;
      }
      keys[place] = keys[least];
      actions[place] = actions[least];
      place = least;
    }
    keys[place] = key;
    actions[place] = action;
  }
}
