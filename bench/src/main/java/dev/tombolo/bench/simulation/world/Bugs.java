package dev.tombolo.bench.simulation.world;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Hears what the hub's loop writes to its log: an event that could not be decided is a bug, though
/// the hub survives it.
final class Bugs implements AutoCloseable {
  private static final ThreadLocal<@Nullable World> HERE = new ThreadLocal<>();
  private static final Logger LOGGER = Logger.getLogger("dev.tombolo.hub.core.HubTurn");

  static {
    LOGGER.setUseParentHandlers(false);
    LOGGER.addHandler(new Listener());
  }

  private Bugs() {}

  static Bugs listen(World world) {
    HERE.set(world);
    return new Bugs();
  }

  @Override
  public void close() {
    HERE.remove();
  }

  private static final class Listener extends Handler {
    @Override
    public void publish(LogRecord record) {
      World world = HERE.get();
      if (world == null) {
        return;
      }
      Throwable thrown = record.getThrown();
      if (thrown instanceof dev.tombolo.hub.core.HubStore.StoreFailure) {
        world.say(-1, record.getMessage());
      } else if (thrown != null) {
        world.found(world.bug(-1, record.getMessage(), thrown));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
