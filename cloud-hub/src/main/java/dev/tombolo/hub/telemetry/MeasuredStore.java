package dev.tombolo.hub.telemetry;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.function.Supplier;

/// A store whose transactions are timed. Knows whether the last commit went well, which is what
/// `/healthz` asks.
public final class MeasuredStore implements HubStore {
  private final HubStore store;
  private final Timer commits;
  private final DistributionSummary changes;
  private final Counter failures;
  private volatile boolean isFailing;

  public MeasuredStore(HubStore store, HubMeters meters) {
    this.store = store;
    this.commits =
        Timer.builder("tombolo.commit")
            .description("One transaction's commit, until it is on the disk")
            .publishPercentiles(0.5, 0.99)
            .register(meters.registry());
    this.changes =
        DistributionSummary.builder("tombolo.commit.changes")
            .description("Changes that shared one commit")
            .publishPercentiles(0.5, 0.99)
            .register(meters.registry());
    this.failures =
        Counter.builder("tombolo.commit.failures")
            .description("Commits that failed")
            .register(meters.registry());
  }

  public boolean isFailing() {
    return isFailing;
  }

  @Override
  public HubState load() {
    return watched(store::load);
  }

  @Override
  public Batch begin() {
    return watched(() -> new MeasuredBatch(store.begin()));
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> T watched(Supplier<T> work) {
    try {
      return work.get();
    } catch (StoreFailure failure) {
      failed();
      throw failure;
    }
  }

  private void failed() {
    isFailing = true;
    failures.increment();
  }

  private final class MeasuredBatch implements Batch {
    private final Batch batch;
    private int applied;
    private boolean isWhole = true;

    MeasuredBatch(Batch batch) {
      this.batch = batch;
    }

    @Override
    public void savepoint() {
      watched(
          () -> {
            batch.savepoint();
            return batch;
          });
    }

    @Override
    public void apply(List<HubChange> more) {
      try {
        batch.apply(more);
      } catch (StoreFailure failure) {
        isWhole = false;
        failed();
        throw failure;
      }
      applied += more.size();
    }

    @Override
    public void rollbackToSavepoint() {
      batch.rollbackToSavepoint();
    }

    @Override
    public void commit() {
      try {
        commits.record(batch::commit);
        changes.record(applied);
        isFailing = !isWhole;
      } catch (StoreFailure failure) {
        failed();
        throw failure;
      }
    }

    @Override
    public void rollback() {
      batch.rollback();
    }
  }
}
