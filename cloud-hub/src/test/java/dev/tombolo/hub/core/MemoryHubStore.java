package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.History;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The simulated form of the store: keeps committed changes and plays them back. Fails on demand.
final class MemoryHubStore implements HubStore {
  private final History history = new History(1, "simulated");
  private final List<HubChange> committed = new ArrayList<>();
  private Predicate<HubChange> refused = change -> false;
  private boolean failsNextCommit;
  private boolean failsAfterNextCommit;
  private boolean failsNextLoad;
  private int commits;

  /// Writing such a change fails.
  void refuse(Predicate<HubChange> changes) {
    refused = changes;
  }

  void failNextCommit() {
    failsNextCommit = true;
  }

  /// The state can not be read the next time.
  void failNextLoad() {
    failsNextLoad = true;
  }

  /// The next commit is kept, and is said to have failed.
  void failAfterNextCommit() {
    failsAfterNextCommit = true;
  }

  int commits() {
    return commits;
  }

  List<HubChange> committed() {
    return List.copyOf(committed);
  }

  @Override
  public HubState load() {
    if (failsNextLoad) {
      failsNextLoad = false;
      throw new StoreFailure("no reading, on demand", new IllegalStateException());
    }
    HubState state = new HubState(history);
    state.apply(committed);
    return state;
  }

  @Override
  public Batch begin() {
    return new MemoryBatch();
  }

  @Override
  public void close() {}

  private final class MemoryBatch implements Batch {
    private final List<HubChange> open = new ArrayList<>();
    private int mark;

    @Override
    public void savepoint() {
      mark = open.size();
    }

    @Override
    public void apply(List<HubChange> changes) {
      for (HubChange change : changes) {
        if (refused.test(change)) {
          throw new StoreFailure("refused on demand", new IllegalStateException());
        }
        if (change instanceof HubChange.Durable) {
          open.add(change);
        }
      }
    }

    @Override
    public void rollbackToSavepoint() {
      open.subList(mark, open.size()).clear();
    }

    @Override
    public void commit() {
      if (failsNextCommit) {
        failsNextCommit = false;
        throw new StoreFailure("disk full, on demand", new IllegalStateException());
      }
      committed.addAll(open);
      commits++;
      if (failsAfterNextCommit) {
        failsAfterNextCommit = false;
        throw new StoreFailure("the sync failed, on demand", new IllegalStateException());
      }
    }

    @Override
    public void rollback() {
      open.clear();
    }
  }
}
