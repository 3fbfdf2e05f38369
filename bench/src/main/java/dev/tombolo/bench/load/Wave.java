package dev.tombolo.bench.load;

import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// One change on its way: every device that gets it reports it, and counts when that is acked.
final class Wave implements Swarm.Reaction {
  private final CountDownLatch outstanding;
  private final AtomicInteger updates = new AtomicInteger();

  Wave(int devices) {
    outstanding = new CountDownLatch(devices);
  }

  void await(Duration limit) throws InterruptedException {
    if (!outstanding.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          outstanding.getCount()
              + " devices did not report the change; "
              + updates
              + " updates came");
    }
  }

  @Override
  public void desired(LoadDevice device, DesiredUpdate update) {
    updates.incrementAndGet();
    device.awaitDurable(device.reportState(update));
  }

  @Override
  public void acked(LoadDevice device, Acked acked) {
    if (device.becameDurable(acked.through())) {
      outstanding.countDown();
    }
  }
}
