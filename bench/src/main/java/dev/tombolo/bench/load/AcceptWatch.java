package dev.tombolo.bench.load;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Deque;

/// How many connections the hub's edge port took, second by second, by its own count.
final class AcceptWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 200;
  private static final int PERIODS_PER_SECOND = 5;

  private final HubUnderLoad hub;
  private final Thread thread;
  private final Deque<Double> lastSecond = new ArrayDeque<>();
  private double newest;
  private double total;
  private double busiest;

  private AcceptWatch(HubUnderLoad hub, double newest) {
    this.hub = hub;
    this.newest = newest;
    this.thread = Thread.ofPlatform().daemon().name("accepts").unstarted(this::run);
  }

  /// Of a hub that runs, or is about to be started again.
  static AcceptWatch start(HubUnderLoad hub) throws InterruptedException {
    double count = 0;
    try {
      count = hub.accepts();
    } catch (IOException e) {
      // It does not run, and will begin to count at 0.
    }
    AcceptWatch watch = new AcceptWatch(hub, count);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (!Thread.interrupted()) {
        try {
          note(hub.accepts());
        } catch (ConnectException e) {
          // Not started yet: it will begin to count at 0.
          note(0);
        } catch (IOException e) {
          // It runs, and this look told nothing.
        }
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void note(double count) {
    double more = Math.max(0, count - newest);
    newest = count;
    total += more;
    lastSecond.addLast(total);
    if (lastSecond.size() > PERIODS_PER_SECOND + 1) {
      lastSecond.removeFirst();
    }
    busiest = Math.max(busiest, total - lastSecond.getFirst());
  }

  synchronized double busiestSecond() {
    return busiest;
  }

  synchronized double total() {
    return total;
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
