package dev.tombolo.agent.core;

import dev.tombolo.agent.sqlite.AgentStoreContract;

class MemoryStoreTest extends AgentStoreContract {
  private final MemoryStore store = new MemoryStore(ENROLMENT);

  @Override
  protected AgentStore store() {
    return store;
  }

  @Override
  protected AgentStore reopened() {
    return store;
  }
}
