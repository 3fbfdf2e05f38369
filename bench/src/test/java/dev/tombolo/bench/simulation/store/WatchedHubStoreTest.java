package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStoreContract;
import dev.tombolo.protocol.id.History;

class WatchedHubStoreTest extends HubStoreContract {
  private final WatchedHubStore store =
      new WatchedHubStore(
          new SimulatedHubStore(new History(1, "simulated")), new DiskState(), durable -> {});

  @Override
  protected HubStore store() {
    return store;
  }

  @Override
  protected HubStore reopened() {
    return store;
  }
}
