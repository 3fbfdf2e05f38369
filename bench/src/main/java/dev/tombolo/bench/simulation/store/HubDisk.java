package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubStore;
import org.jspecify.annotations.Nullable;

/// What outlives the hub's process.
public interface HubDisk extends AutoCloseable {
  /// The store, as a new process finds it.
  HubStore open();

  /// The process that had it open is dead.
  void crashed();

  /// The database as it stands; null where no copies are made.
  default @Nullable SimulatedHubStore copy() {
    return null;
  }

  /// Another database takes its place, while no process has it open.
  default void replace(SimulatedHubStore database) {
    throw new UnsupportedOperationException("this disk has no backups");
  }

  @Override
  void close();
}
