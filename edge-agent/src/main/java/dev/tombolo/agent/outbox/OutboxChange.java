package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;

/// A write to the outbox on the disk.
public sealed interface OutboxChange {

  record Appended(OutboxEntry entry, Report.Row row) implements OutboxChange {}

  record Removed(long sequence) implements OutboxChange {}

  /// A channel's rows of this range gave way to newer ones. Older ones stay: the hub has them, and
  /// they are kept until a backup of it has them too.
  record ResultsRemoved(Name channel, long from, long through) implements OutboxChange {}

  /// The hub has them, but no backup of it yet: they stay, except states, of which the newest is
  /// told again anyway if the hub loses it.
  record Acknowledged(long through) implements OutboxChange {}

  /// The hub lost what it had above `through`: all above it waits again.
  record LostByHub(long through) implements OutboxChange {}

  /// The hub has them for good.
  record Forgotten(long through) implements OutboxChange {}
}
