package dev.tombolo.bench.simulation.store;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A store on a disk that can be full, under a process that can die before and after a commit.
/// Tells what has become durable the moment it has.
public final class WatchedHubStore implements HubStore {
  private final HubStore store;
  private final DiskState disk;
  private final Consumer<List<HubChange.Durable>> durable;

  public WatchedHubStore(
      HubStore store, DiskState disk, Consumer<List<HubChange.Durable>> durable) {
    this.store = store;
    this.disk = disk;
    this.durable = durable;
  }

  @Override
  public HubState load() {
    if (disk.takeReadFailure()) {
      throw new StoreFailure("input/output error", new IllegalStateException("simulated"));
    }
    return store.load();
  }

  @Override
  public Batch begin() {
    return new Watched(store.begin());
  }

  @Override
  public void close() {
    store.close();
  }

  private final class Watched implements Batch {
    private final Batch batch;
    private final List<HubChange.Durable> open = new ArrayList<>();
    private int mark;

    Watched(Batch batch) {
      this.batch = batch;
    }

    @Override
    public void savepoint() {
      mark = open.size();
      batch.savepoint();
    }

    @Override
    public void apply(List<HubChange> changes) {
      if (disk.takeRefusal()) {
        throw new StoreFailure("no room for a change", new IllegalStateException("simulated"));
      }
      batch.apply(changes);
      for (HubChange change : changes) {
        if (change instanceof HubChange.Durable it) {
          open.add(it);
        }
      }
    }

    @Override
    public void rollbackToSavepoint() {
      open.subList(mark, open.size()).clear();
      batch.rollbackToSavepoint();
    }

    @Override
    public void commit() {
      if (disk.isFull()) {
        throw new StoreFailure("database or disk is full", new IllegalStateException("simulated"));
      }
      disk.beforeCommit();
      batch.commit();
      durable.accept(List.copyOf(open));
      disk.afterCommit();
      if (disk.takeFailure()) {
        throw new StoreFailure("the sync failed", new IllegalStateException("simulated"));
      }
    }

    @Override
    public void rollback() {
      batch.rollback();
    }
  }
}
