package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.id.Name;
import org.jspecify.annotations.Nullable;

/// What the agent remembers in memory of a row of the outbox.
///
/// @param channel of a result; null otherwise
/// @param bytes of its body, about
public record OutboxEntry(long sequence, Kind kind, @Nullable Name channel, int bytes) {
  public enum Kind {
    STATE,
    EVENT,
    RESULT,
    DROPPED
  }
}
