package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.function.Consumer;

/// A store on a disk that can be full, under a process that can die before and after a commit.
/// Tells what has become durable the moment it has.
public final class WatchedAgentStore implements AgentStore {
  private static final Reason FULL = new Reason.DiskFull("agent.db", 4096, 0);

  private static final Reason UNKNOWN = new Reason.IoFailed("agent.db", "the sync failed");

  private final AgentStore store;
  private final DiskState disk;
  private final Consumer<List<AgentChange>> durable;

  public WatchedAgentStore(AgentStore store, DiskState disk, Consumer<List<AgentChange>> durable) {
    this.store = store;
    this.disk = disk;
    this.durable = durable;
  }

  @Override
  public AgentSnapshot load() throws StoreException {
    return store.load();
  }

  @Override
  public void commit(List<AgentChange> changes) throws StoreException {
    if (disk.isFull() && !changes.isEmpty()) {
      throw new StoreException(FULL, new IllegalStateException("simulated"));
    }
    disk.beforeCommit();
    store.commit(changes);
    durable.accept(changes);
    disk.afterCommit();
    if (disk.takeFailure()) {
      throw new StoreException(UNKNOWN, new IllegalStateException("simulated"));
    }
  }

  @Override
  public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
    return store.after(sequence, rowsMax, bytesMax);
  }
}
