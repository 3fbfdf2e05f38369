package dev.tombolo.agent.core;

import dev.tombolo.agent.outbox.OutboxRows;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;

/// Where the agent persists what it decided.
public interface AgentStore extends OutboxRows {

  AgentSnapshot load() throws StoreException;

  /// Makes all changes durable, or none. After an exception it is not known which: only [#load]
  /// tells.
  void commit(List<AgentChange> changes) throws StoreException;

  /// The disk is full or broken.
  final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Reason reason;

    public StoreException(Reason reason, Throwable cause) {
      super(reason.toString(), cause);
      this.reason = reason;
    }

    public Reason reason() {
      return reason;
    }
  }
}
