package dev.tombolo.bench.process;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Waits for conditions of other processes, which cannot wake us.
public final class Await {
  private static final Duration POLL = Duration.ofMillis(25);

  /// Looks at something outside; null means not yet.
  @FunctionalInterface
  public interface Look<T> {
    @Nullable T look() throws Exception;
  }

  private Await() {}

  /// Looks again and again until the answer is not null.
  ///
  /// @param what says what was waited for, when the time is up
  /// @throws IllegalStateException when the time is up or a look fails
  public static <T> T until(Duration limit, Supplier<String> what, Look<T> look)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      T found;
      try {
        found = look.look();
      } catch (InterruptedException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("looking for " + what.get() + ": " + e.getMessage(), e);
      }
      if (found != null) {
        return found;
      }
      if (System.nanoTime() >= end) {
        throw new IllegalStateException(
            "waited " + limit.toSeconds() + " s in vain for " + what.get());
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
  }

  public static void untilTrue(Duration limit, Supplier<String> what, Look<Boolean> look)
      throws InterruptedException {
    until(limit, what, () -> Boolean.TRUE.equals(look.look()) ? Boolean.TRUE : null);
  }
}
