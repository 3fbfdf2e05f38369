package dev.tombolo.hub.cli.kit;

import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.BundleAsk;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/// Asks the hub for bundles, and waits while it makes them.
public final class AwaitedBundles {
  private static final long LOOK_SECONDS_MAX = 3;

  private final Function<BundleAsk, BundleAnswer> hub;
  private final Consumer<String> says;
  private final long endNanos;
  private boolean hasSaid;

  /// @param says told once, when there is something to wait for
  /// @param limit for all of them together
  public AwaitedBundles(
      Function<BundleAsk, BundleAnswer> hub, Consumer<String> says, Duration limit) {
    this.hub = hub;
    this.says = says;
    this.endNanos = System.nanoTime() + limit.toNanos();
  }

  /// The last answer: `awaited` when the time is up.
  public BundleAnswer get(BundleAsk ask) {
    while (true) {
      BundleAnswer answer = hub.apply(ask);
      long leftNanos = endNanos - System.nanoTime();
      if (!answer.standing().equals("awaited") || leftNanos <= 0) {
        return answer;
      }
      if (!hasSaid) {
        hasSaid = true;
        says.accept("the hub makes what changed; this takes some seconds per 100 MB");
      }
      long seconds = Math.clamp(answer.retryAfterSeconds(), 1, LOOK_SECONDS_MAX);
      LockSupport.parkNanos(Math.min(leftNanos, TimeUnit.SECONDS.toNanos(seconds)));
    }
  }
}
