package dev.tombolo.hub.core;

import java.util.List;

/// Where the hub's state outlives the process. One writer.
public interface HubStore extends AutoCloseable {

  /// Everything committed so far.
  HubState load();

  /// Opens a transaction; the one before must have ended.
  Batch begin();

  @Override
  void close();

  /// One transaction. Every method may throw [StoreFailure].
  interface Batch {
    /// Marks where [#rollbackToSavepoint] goes back to.
    void savepoint();

    void apply(List<HubChange> changes);

    /// Takes back what was applied since the savepoint.
    void rollbackToSavepoint();

    /// Returns once everything applied survives a crash of process and machine.
    void commit();

    /// Ends the transaction without a trace.
    void rollback();
  }

  /// The store could not do what was asked: disk full, broken file, ...
  final class StoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreFailure(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
