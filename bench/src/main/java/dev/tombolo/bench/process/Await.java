package dev.tombolo.bench.process;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Waits for conditions of other processes, which cannot wake us.
public final class Await {
  private static final Duration PAUSE = Duration.ofMillis(25);
  private static final Duration PAUSE_MAX = Duration.ofMillis(500);

  /// Looks at something outside; null means not yet. So does a failure of what is outside: a file
  /// that is gone before it is read, a database that is locked, a line that a busy hub has closed.
  @FunctionalInterface
  public interface Look<T> {
    @Nullable T look() throws Exception;
  }

  private Await() {}

  /// Looks again and again until the answer is not null.
  ///
  /// @param what says what was waited for, when the time is up
  /// @throws IllegalStateException when the time is up
  public static <T> T until(Duration limit, Supplier<String> what, Look<T> look)
      throws InterruptedException {
    return until(limit, PAUSE, what, look);
  }

  private static <T> T until(Duration limit, Duration pause, Supplier<String> what, Look<T> look)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      long lookedAt = System.nanoTime();
      @Nullable T found = null;
      @Nullable Exception failure = null;
      try {
        found = look.look();
      } catch (InterruptedException e) {
        throw e;
      } catch (RuntimeException e) {
        if (!isOutside(e)) {
          throw e;
        }
        failure = e;
      } catch (Exception e) {
        failure = e;
      }
      if (found != null) {
        return found;
      }
      if (System.nanoTime() >= end) {
        throw new IllegalStateException(
            "waited " + limit.toSeconds() + " s in vain for " + what.get() + words(failure),
            failure);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      // A look that starts a process must not take the processor from what is waited for.
      long took = System.nanoTime() - lookedAt;
      LockSupport.parkNanos(Math.clamp(took, pause.toNanos(), PAUSE_MAX.toNanos()));
    }
  }

  private static boolean isOutside(RuntimeException e) {
    return e instanceof UncheckedIOException
        || (e instanceof Failure failure && failure.exit() == Exit.HUB_NOT_REACHED);
  }

  private static String words(@Nullable Exception failure) {
    return failure == null ? "" : "; the last look failed: " + failure;
  }

  public static void untilTrue(Duration limit, Supplier<String> what, Look<Boolean> look)
      throws InterruptedException {
    untilTrue(limit, PAUSE, what, look);
  }

  /// @param pause between two looks, where nothing is missed and each one costs
  public static void untilTrue(
      Duration limit, Duration pause, Supplier<String> what, Look<Boolean> look)
      throws InterruptedException {
    until(limit, pause, what, () -> Boolean.TRUE.equals(look.look()) ? Boolean.TRUE : null);
  }
}
