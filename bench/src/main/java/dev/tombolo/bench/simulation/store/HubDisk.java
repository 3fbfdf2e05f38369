package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubStore;

/// What outlives the hub's process.
public interface HubDisk extends AutoCloseable {
  /// The store, as a new process finds it.
  HubStore open();

  /// The process that had it open is dead.
  void crashed();

  @Override
  void close();
}
