package dev.tombolo.hub.core;

class MemoryHubStoreTest extends HubStoreContract {
  private final MemoryHubStore store = new MemoryHubStore();

  @Override
  protected HubStore store() {
    return store;
  }

  @Override
  protected HubStore reopened() {
    return store;
  }
}
