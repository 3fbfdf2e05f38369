package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;

/// A write to the outbox on the disk.
public sealed interface OutboxChange {

  record Appended(OutboxEntry entry, Report.Row row) implements OutboxChange {}

  record Removed(long sequence) implements OutboxChange {}

  /// A channel's rows up to and including `through` gave way to newer ones.
  record ResultsRemoved(Name channel, long through) implements OutboxChange {}

  /// The hub has them.
  record Forgotten(long through) implements OutboxChange {}
}
