package dev.tombolo.hub.daemon;

import dev.tombolo.hub.sqlite.DatabaseDamaged;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Ends a hub whose database is damaged, or whose loop has ended, whoever finds out.
final class Alarm {
  private final CountDownLatch ended = new CountDownLatch(1);
  private Optional<DatabaseDamaged> damage = Optional.empty();
  private Optional<Throwable> death = Optional.empty();

  /// The first one counts.
  synchronized void raise(DatabaseDamaged found) {
    if (damage.isEmpty()) {
      damage = Optional.of(found);
    }
    ended.countDown();
  }

  /// The hub's loop has ended, and not because the hub was closed.
  synchronized void raise(Throwable cause) {
    if (death.isEmpty()) {
      death = Optional.of(cause);
    }
    ended.countDown();
  }

  void closed() {
    ended.countDown();
  }

  synchronized Optional<DatabaseDamaged> damage() {
    return damage;
  }

  synchronized Optional<Throwable> death() {
    return death;
  }

  /// Returns when the hub was closed, or has to be.
  void await() throws InterruptedException {
    ended.await();
  }
}
