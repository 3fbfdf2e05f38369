package dev.tombolo.bench.simulation.store;

import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.Enrolment;
import org.jspecify.annotations.Nullable;

/// What outlives an agent's process.
public interface AgentDisk extends AutoCloseable {
  /// Makes the store of a device that has just joined; done again, it changes nothing.
  void join(Enrolment enrolment);

  /// The store, as a new process finds it.
  AgentStore open();

  /// The process that had it open is dead.
  void crashed();

  /// Another disk with the same content; null where none can be made.
  default @Nullable AgentDisk copy() {
    return null;
  }

  /// The database is set aside, and made anew from its mirror.
  ///
  /// @return false where it cannot be done
  default boolean damage(String incarnation, boolean withDocuments) {
    return false;
  }

  @Override
  void close();
}
