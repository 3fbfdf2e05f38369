package dev.tombolo.bench.load;

import dev.tombolo.protocol.message.Acked;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Many connected devices and what they do next. What happens to each message is the run's
/// business: [Reaction].
final class Swarm implements LoadDevice.Listener {
  /// What a run makes of the hub's messages. Called on the load generator's event loop.
  interface Reaction {
    void desired(LoadDevice device, DesiredUpdate update);

    void acked(LoadDevice device, Acked acked);

    /// A PUBACK, which says of a broker what `acked` says of the hub.
    default void taken(LoadDevice device) {}
  }

  /// Takes everything and does nothing.
  static final Reaction IDLE =
      new Reaction() {
        @Override
        public void desired(LoadDevice device, DesiredUpdate update) {}

        @Override
        public void acked(LoadDevice device, Acked acked) {}
      };

  private final List<LoadDevice> devices = new ArrayList<>();
  private final CountDownLatch ready;
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicReference<@Nullable String> firstLoss = new AtomicReference<>();
  private volatile Reaction reaction = IDLE;

  private Swarm(int size) {
    ready = new CountDownLatch(size);
  }

  /// Connects them all and waits until each has subscribed and said its birth.
  static Swarm connect(
      LoadLines lines, List<LoadIdentity> identities, Duration limit, Reaction reaction)
      throws InterruptedException, SSLException {
    Swarm swarm = new Swarm(identities.size());
    swarm.reaction = reaction;
    for (LoadIdentity identity : identities) {
      LoadDevice device = new LoadDevice(identity, swarm);
      swarm.devices.add(device);
      lines.connect(device);
    }
    if (!swarm.ready.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          swarm.ready.getCount()
              + " of "
              + identities.size()
              + " devices not connected; "
              + swarm.firstLoss());
    }
    return swarm;
  }

  List<LoadDevice> devices() {
    return devices;
  }

  void react(Reaction next) {
    reaction = next;
  }

  /// @throws IllegalStateException when a line was lost: then the figures mean nothing
  void assertWhole() {
    if (lost.get() > 0) {
      throw new IllegalStateException(lost.get() + " lines lost; " + firstLoss());
    }
  }

  private String firstLoss() {
    String cause = firstLoss.get();
    return cause == null ? "none was closed" : "the first loss: " + cause;
  }

  @Override
  public void ready(LoadDevice device) {
    ready.countDown();
  }

  @Override
  public void desired(LoadDevice device, DesiredUpdate update) {
    reaction.desired(device, update);
  }

  @Override
  public void acked(LoadDevice device, Acked acked) {
    reaction.acked(device, acked);
  }

  @Override
  public void taken(LoadDevice device) {
    reaction.taken(device);
  }

  @Override
  public void lost(LoadDevice device, String cause) {
    lost.incrementAndGet();
    firstLoss.compareAndSet(null, device.identity().device() + ": " + cause);
  }
}
