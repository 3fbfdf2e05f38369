package dev.tombolo.agent.outbox;

import dev.tombolo.agent.outbox.OutboxEntry.Kind;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What waits to be reported. Events are never dropped, state is coalesced to the newest, results
/// have a quota per channel and one for all channels together: beyond it the oldest, of the fullest
/// channel, give way and their number is reported. A row leaves only when the hub says that it has
/// committed it, and that a backup has it where there are backups.
public final class Outbox {
  private final OutboxQuota quota;
  private final String bootId;
  private final Map<Name, ChannelQueue> channels;
  private final Map<Name, Drop> drops = new HashMap<>();
  private final Sending sending;
  private final KeptRows kept;
  private long nextSequence;
  private long stateSequence;
  private long forgottenThrough;

  /// A hub that claims to have more than that is not believed: numbers have an end.
  static final long OTHERS_ROWS_MAX = 10_000_000;

  private record Drop(long sequence, long count, long from) {}

  /// @param rows that wait or are kept; taken over
  /// @param bootId of this run of the agent
  public Outbox(OutboxQuota quota, String bootId, long nextSequence, WaitingRows rows) {
    this.quota = quota;
    this.bootId = bootId;
    this.nextSequence = nextSequence;
    this.sending = new Sending(rows.ackedThrough(), rows.forgottenThrough(), nextSequence - 1);
    this.channels = rows.channels();
    this.stateSequence = rows.stateSequence();
    this.kept = rows.kept();
    this.forgottenThrough = rows.forgottenThrough();
  }

  public Sending sending() {
    return sending;
  }

  /// The newest state; one that still waits is superseded.
  public void state(
      ReportBody.State body, long wallMillis, long monotonicMillis, Consumer<OutboxChange> out) {
    if (stateSequence > 0) {
      out.accept(new OutboxChange.Removed(stateSequence));
    }
    stateSequence = append(Kind.STATE, null, 0, body, wallMillis, monotonicMillis, out);
  }

  public void event(
      ReportBody.Happened body, long wallMillis, long monotonicMillis, Consumer<OutboxChange> out) {
    append(Kind.EVENT, null, 0, body, wallMillis, monotonicMillis, out);
  }

  /// Why this result is not taken, or what it becomes.
  public sealed interface Taken {
    record Kept(long sequence) implements Taken {}

    record Refused(Reason reason) implements Taken {}
  }

  public Taken result(
      Name name, String json, long wallMillis, long monotonicMillis, Consumer<OutboxChange> out) {
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > Limits.REPORT_BODY_BYTES_MAX) {
      return new Taken.Refused(
          new Reason.LimitExceeded("REPORT_BODY_BYTES_MAX", Limits.REPORT_BODY_BYTES_MAX, bytes));
    }
    if (!channels.containsKey(name) && channels.size() >= quota.channelsMax()) {
      return new Taken.Refused(
          new Reason.LimitExceeded("channels", quota.channelsMax(), channels.size() + 1L));
    }
    ChannelQueue queue = channel(name);
    if (queue.count() >= quota.rowsMax() || queue.bytes() + bytes > quota.bytesMax()) {
      int rowsKept = quota.rowsMax() - Math.max(1, quota.rowsMax() / 20);
      long bytesKept = quota.bytesMax() - quota.bytesMax() / 20 - bytes;
      makeRoom(name, queue, rowsKept, bytesKept, wallMillis, monotonicMillis, out);
    } else if (rows() >= quota.allRowsMax()) {
      Name fullest = fullest();
      ChannelQueue gives = channel(fullest);
      int rowsKept = gives.count() - Math.max(1, gives.count() / 20);
      makeRoom(fullest, gives, rowsKept, gives.bytes(), wallMillis, monotonicMillis, out);
    }
    ReportBody.Result body = new ReportBody.Result(name, json);
    long sequence = append(Kind.RESULT, name, bytes, body, wallMillis, monotonicMillis, out);
    queue.add(sequence, bytes);
    return new Taken.Kept(sequence);
  }

  private int rows() {
    int rows = 0;
    for (ChannelQueue queue : channels.values()) {
      rows += queue.count();
    }
    return rows;
  }

  private Name fullest() {
    return Collections.max(
            channels.entrySet(), Comparator.comparingInt(each -> each.getValue().count()))
        .getKey();
  }

  private ChannelQueue channel(Name name) {
    ChannelQueue queue = channels.get(name);
    if (queue == null) {
      queue = new ChannelQueue();
      channels.put(name, queue);
    }
    return queue;
  }

  /// A twentieth goes at a time, so that a full channel does not write a notice for every row.
  private void makeRoom(
      Name name,
      ChannelQueue queue,
      int rowsKept,
      long bytesKept,
      long wallMillis,
      long monotonicMillis,
      Consumer<OutboxChange> out) {
    long from = queue.oldest();
    long through = from;
    long count = 0;
    while (queue.count() > 0 && (queue.count() > rowsKept || queue.bytes() > bytesKept)) {
      through = queue.oldest();
      queue.removeOldest();
      count++;
    }
    out.accept(new OutboxChange.ResultsRemoved(name, from, through));
    Drop earlier = drops.get(name);
    if (earlier != null && sending.surelyUnsent(earlier.sequence())) {
      out.accept(new OutboxChange.Removed(earlier.sequence()));
      count += earlier.count();
      from = earlier.from();
    }
    ReportBody.Dropped body = new ReportBody.Dropped(name, count, from, through);
    long sequence = append(Kind.DROPPED, name, 0, body, wallMillis, monotonicMillis, out);
    drops.put(name, new Drop(sequence, count, from));
  }

  private long append(
      Kind kind,
      @Nullable Name channel,
      int bytes,
      ReportBody body,
      long wallMillis,
      long monotonicMillis,
      Consumer<OutboxChange> out) {
    long sequence = nextSequence++;
    out.accept(
        new OutboxChange.Appended(
            new OutboxEntry(sequence, kind, channel, bytes),
            new Report.Row(sequence, bootId, wallMillis, monotonicMillis, body)));
    sending.appended(sequence);
    return sequence;
  }

  /// The hub has every row through this one.
  ///
  /// @param backedUpThrough a backup of the hub has every row through this one; null where it runs
  ///   without backups
  public List<OutboxChange> acked(
      long through, @Nullable Long backedUpThrough, long monotonicMillis) {
    long known = Math.min(through, nextSequence - 1);
    List<OutboxChange> changes = new ArrayList<>(2);
    long before = sending.ackedThrough();
    if (known < before) {
      sending.lost(known, monotonicMillis);
      kept.lost(known, forgottenThrough);
      changes.add(new OutboxChange.LostByHub(known));
    } else if (sending.acked(known, monotonicMillis)) {
      long bytes = settle(known);
      if (backedUpThrough != null) {
        kept.add(known, Math.max(0, known - Math.max(before, forgottenThrough)), bytes);
        changes.add(new OutboxChange.Acknowledged(known));
      }
    }
    long backedUp = backedUpThrough == null ? known : Math.min(known, backedUpThrough);
    long forgettable = Math.min(known, kept.forgettable(backedUp));
    if (forgettable > forgottenThrough) {
      forgottenThrough = forgettable;
      sending.forgotten(forgettable);
      changes.add(new OutboxChange.Forgotten(forgettable));
    }
    return changes;
  }

  /// Moves new rows above those that the hub has and this outbox never wrote: a copy of this device
  /// wrote them, and the hub would take ours for repeats of them.
  ///
  /// @param through what the hub says that it has
  /// @return true when there were some
  public boolean leaveTo(long through) {
    if (through < nextSequence || through - nextSequence > OTHERS_ROWS_MAX) {
      return false;
    }
    nextSequence = through + 1;
    return true;
  }

  /// Rows through this one no longer wait.
  ///
  /// @return bytes of the results among them
  private long settle(long through) {
    if (stateSequence <= through) {
      stateSequence = 0;
    }
    long bytes = 0;
    for (ChannelQueue queue : channels.values()) {
      bytes += queue.removeThrough(through);
    }
    channels.values().removeIf(queue -> queue.count() == 0);
    drops.values().removeIf(drop -> drop.sequence() <= through);
    return bytes;
  }
}
