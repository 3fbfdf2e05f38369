package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.id.Name;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of the outbox as the store tells them, one after the other, kept in 8 bytes a result: a
/// full outbox has more rows than the agent's heap has room for objects. The [Outbox] that is made
/// of it goes on with it.
public final class WaitingRows {
  private final Map<Name, ChannelQueue> channels = new HashMap<>();
  private long stateSequence;
  private long count;

  public static WaitingRows of(Collection<OutboxEntry> entries) {
    WaitingRows rows = new WaitingRows();
    for (OutboxEntry entry : entries) {
      rows.add(entry.sequence(), entry.kind(), entry.channel(), entry.bytes());
    }
    return rows;
  }

  /// The next row; sequences rise.
  public void add(long sequence, OutboxEntry.Kind kind, @Nullable Name channel, int bytes) {
    count++;
    if (kind == OutboxEntry.Kind.STATE) {
      stateSequence = sequence;
    }
    if (kind == OutboxEntry.Kind.RESULT && channel != null) {
      channels.computeIfAbsent(channel, name -> new ChannelQueue()).add(sequence, bytes);
    }
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /// Sequence of the state that waits; 0 when none does.
  long stateSequence() {
    return stateSequence;
  }

  Map<Name, ChannelQueue> channels() {
    return channels;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WaitingRows it
        && it.count == count
        && it.stateSequence == stateSequence
        && it.channels.equals(channels);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(count * 31 + stateSequence);
  }

  @Override
  public String toString() {
    return "WaitingRows[count=" + count + ", channels=" + channels.keySet() + "]";
  }
}
