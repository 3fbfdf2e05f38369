package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.sqlite.AgentStoreContract;

class SimulatedAgentStoreTest extends AgentStoreContract {
  private final AgentStore store =
      new WatchedAgentStore(new SimulatedAgentStore(ENROLMENT), new DiskState(), durable -> {});

  @Override
  protected AgentStore store() {
    return store;
  }

  @Override
  protected AgentStore reopened() {
    return store;
  }
}
