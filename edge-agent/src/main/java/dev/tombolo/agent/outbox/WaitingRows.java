package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.id.Name;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of the outbox as the store tells them, one after the other, kept in 8 bytes a result: a
/// full outbox has more rows than the agent's heap has room for objects. Those that the hub has but
/// no backup of it are only counted. The [Outbox] that is made of it goes on with it.
public final class WaitingRows {
  private final Map<Name, ChannelQueue> channels = new HashMap<>();
  private final KeptRows kept = new KeptRows();
  private final long ackedThrough;
  private long forgottenThrough;
  private long stateSequence;
  private long count;

  /// @param ackedThrough the hub has every row through this one
  public WaitingRows(long ackedThrough) {
    this.ackedThrough = ackedThrough;
    this.forgottenThrough = ackedThrough;
  }

  public static WaitingRows of(long ackedThrough, Collection<OutboxEntry> entries) {
    WaitingRows rows = new WaitingRows(ackedThrough);
    for (OutboxEntry entry : entries) {
      rows.add(entry.sequence(), entry.kind(), entry.channel(), entry.bytes());
    }
    return rows;
  }

  /// The next row; sequences rise.
  public void add(long sequence, OutboxEntry.Kind kind, @Nullable Name channel, int bytes) {
    if (count++ == 0) {
      forgottenThrough = sequence - 1;
    }
    if (sequence <= ackedThrough) {
      kept.add(sequence, 1, bytes);
      return;
    }
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

  long ackedThrough() {
    return ackedThrough;
  }

  /// No row through this one is left.
  long forgottenThrough() {
    return forgottenThrough;
  }

  KeptRows kept() {
    return kept;
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
        && it.ackedThrough == ackedThrough
        && it.forgottenThrough == forgottenThrough
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
