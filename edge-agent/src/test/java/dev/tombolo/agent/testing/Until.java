package dev.tombolo.agent.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for a condition, and leaves the processor to what brings it about.
public final class Until {
  private static final long LOOK_NANOS = 1_000_000;

  private Until() {}

  public static void holds(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Events.PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + what);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
