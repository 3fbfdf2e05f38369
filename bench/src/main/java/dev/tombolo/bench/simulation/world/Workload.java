package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.Digest;

/// A live process of a workload.
final class Workload {
  final ProcessIdentity identity;
  Digest release;

  /// The agent has it in its store.
  boolean isTold;

  /// Run of the agent that watches it.
  long watchedBy;

  Workload(ProcessIdentity identity, Digest release, long watchedBy) {
    this.identity = identity;
    this.release = release;
    this.watchedBy = watchedBy;
  }
}
