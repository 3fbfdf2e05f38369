package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStoreContract;
import dev.tombolo.protocol.id.History;

class SimulatedHubStoreTest extends HubStoreContract {
  private final SimulatedHubStore store = new SimulatedHubStore(new History(1, "simulated"));

  @Override
  protected HubStore store() {
    return store;
  }

  @Override
  protected HubStore reopened() {
    return store;
  }
}
