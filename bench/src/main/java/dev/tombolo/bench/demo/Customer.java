package dev.tombolo.bench.demo;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Someone in a shop who asks its service again and again, to see whether it ever fails to answer.
final class Customer implements AutoCloseable {
  private static final long PAUSE_NANOS = 50_000_000;

  private final Shop shop;
  private final Thread thread;
  private volatile boolean leaving;
  private int answers;
  private @Nullable String complaint;

  private Customer(Shop shop) {
    this.shop = shop;
    this.thread = Thread.ofVirtual().unstarted(this::ask);
  }

  static Customer enter(Shop shop) {
    var customer = new Customer(shop);
    customer.thread.start();
    return customer;
  }

  private void ask() {
    while (!leaving) {
      try {
        shop.embed("How many people are in the shop?");
        answers++;
      } catch (IOException e) {
        complaint = "after " + answers + " answers: " + e.getMessage();
        return;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /// Stops asking.
  ///
  /// @return how many answers came
  /// @throws ClaimBroken when one did not
  int leave() throws InterruptedException {
    leaving = true;
    thread.join();
    if (complaint != null) {
      throw new ClaimBroken(shop.name() + "'s service answers throughout: " + complaint);
    }
    return answers;
  }

  @Override
  public void close() {
    leaving = true;
  }
}
