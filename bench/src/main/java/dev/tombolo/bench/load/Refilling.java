package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Await;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import dev.tombolo.protocol.message.ReportBody;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/// Every device keeps a window of reports under way, each its own packet with one row, and sends
/// the next when one is answered for: by the hub's `acked` (after its commit), or by a broker's
/// PUBACK.
final class Refilling implements Swarm.Reaction {
  private static final ReportBody RESULT =
      new ReportBody.Result(new Name("people"), "{\"entered\":12,\"left\":9,\"zone\":\"door\"}");
  private static final Duration DRAIN_LIMIT = Duration.ofMinutes(2);

  private final Swarm swarm;
  private final boolean toBroker;
  private final LongAdder sent = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private volatile boolean running;

  /// @param toBroker when true, reports are retained, since a broker keeps nothing else for nobody,
  ///   and PUBACK counts
  Refilling(Swarm swarm, boolean toBroker) {
    this.swarm = swarm;
    this.toBroker = toBroker;
    swarm.react(this);
  }

  void begin(int window) {
    running = true;
    for (LoadDevice device : swarm.devices()) {
      device.onItsLoop(
          () -> {
            for (int i = 0; i < window; i++) {
              send(device);
            }
          });
    }
  }

  /// Sends no more, and waits until all is answered.
  void end() throws InterruptedException {
    running = false;
    Await.untilTrue(
        DRAIN_LIMIT, () -> "all reports to be answered for", () -> answered.sum() >= sent.sum());
  }

  /// Reports answered for so far.
  long answered() {
    return answered.sum();
  }

  private void send(LoadDevice device) {
    sent.increment();
    if (toBroker) {
      device.retain(RESULT);
    } else {
      device.report(RESULT);
    }
  }

  private void answered(LoadDevice device, long rows) {
    answered.add(rows);
    for (long i = 0; running && i < rows; i++) {
      send(device);
    }
  }

  @Override
  public void desired(LoadDevice device, DesiredUpdate update) {}

  @Override
  public void acked(LoadDevice device, Acked acked) {
    answered(device, device.durableThrough(acked.through()));
  }

  @Override
  public void taken(LoadDevice device) {
    if (toBroker) {
      answered(device, 1);
    }
  }
}
