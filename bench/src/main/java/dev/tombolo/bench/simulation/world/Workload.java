package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// A live process of a workload.
final class Workload {
  final ProcessIdentity identity;
  final List<String> arguments;
  Digest release;

  /// Since when it runs that release.
  long sinceMillis;

  /// The agent has it in its store.
  boolean isTold;

  /// It runs, and answers no probe any more.
  boolean hangs;

  /// Run of the agent that watches it.
  long watchedBy;

  Workload(
      ProcessIdentity identity,
      List<String> arguments,
      Digest release,
      long sinceMillis,
      long watchedBy) {
    this.identity = identity;
    this.arguments = arguments;
    this.release = release;
    this.sinceMillis = sinceMillis;
    this.watchedBy = watchedBy;
  }
}
