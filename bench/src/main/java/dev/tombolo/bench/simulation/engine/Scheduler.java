package dev.tombolo.bench.simulation.engine;

import java.util.Arrays;

/// Virtual time: what happens next, in the order of its time, and of its asking where times are the
/// same. A binary heap in arrays.
public final class Scheduler {
  private long[] times = new long[1024];
  private long[] orders = new long[1024];
  private Runnable[] actions = new Runnable[1024];
  private int size;
  private long asked;
  private long now;
  private long done;

  public Scheduler(long beginMillis) {
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
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      orders = Arrays.copyOf(orders, size * 2);
      actions = Arrays.copyOf(actions, size * 2);
    }
    times[size] = Math.max(now, millis);
    orders[size] = asked++;
    actions[size] = action;
    rise(size++);
  }

  /// Does the next action if it is due before `endMillis`; else moves time to that end.
  public boolean step(long endMillis) {
    if (size == 0 || times[0] >= endMillis) {
      now = Math.max(now, endMillis);
      return false;
    }
    now = times[0];
    Runnable action = actions[0];
    size--;
    swap(0, size);
    actions[size] = Scheduler::nothing;
    sink();
    done++;
    action.run();
    return true;
  }

  private static void nothing() {}

  private void rise(int from) {
    int child = from;
    while (child > 0) {
      int parent = (child - 1) >>> 1;
      if (!isBefore(child, parent)) {
        return;
      }
      swap(child, parent);
      child = parent;
    }
  }

  private void sink() {
    int parent = 0;
    while (true) {
      int child = 2 * parent + 1;
      if (child >= size) {
        return;
      }
      if (child + 1 < size && isBefore(child + 1, child)) {
        child++;
      }
      if (!isBefore(child, parent)) {
        return;
      }
      swap(child, parent);
      parent = child;
    }
  }

  private boolean isBefore(int a, int b) {
    return times[a] < times[b] || (times[a] == times[b] && orders[a] < orders[b]);
  }

  private void swap(int a, int b) {
    long time = times[a];
    times[a] = times[b];
    times[b] = time;
    long order = orders[a];
    orders[a] = orders[b];
    orders[b] = order;
    Runnable action = actions[a];
    actions[a] = actions[b];
    actions[b] = action;
  }
}
