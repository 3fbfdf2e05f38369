package dev.tombolo.hub.daemon;

import dev.tombolo.hub.sqlite.DatabaseDamaged;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// Ends a hub whose database is damaged, whoever finds out.
final class Alarm {
  private final CountDownLatch ended = new CountDownLatch(1);
  private Optional<DatabaseDamaged> damage = Optional.empty();

  /// The first one counts.
  synchronized void raise(DatabaseDamaged found) {
    if (damage.isEmpty()) {
      damage = Optional.of(found);
    }
    ended.countDown();
  }

  void closed() {
    ended.countDown();
  }

  synchronized Optional<DatabaseDamaged> damage() {
    return damage;
  }

  /// Returns when the hub was closed, or has to be.
  Optional<DatabaseDamaged> await() throws InterruptedException {
    ended.await();
    return damage();
  }
}
