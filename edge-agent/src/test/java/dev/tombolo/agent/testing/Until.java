package dev.tombolo.agent.testing;

import java.util.concurrent.Callable;

/// Waits for a condition.
public final class Until {
  private Until() {}

  public static void holds(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Events.PATIENCE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + what);
      }
      Thread.onSpinWait();
    }
  }
}
