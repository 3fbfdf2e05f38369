package dev.tombolo.agent.outbox;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.message.Report;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How far the outbox has been sent on the present line, and how far the hub has it. A new line
/// starts again from the lowest row that is not acknowledged. Only so many reports are out that the
/// hub has not acknowledged: PUBACK may be a broker's, which drops what its queue cannot hold.
/// While rows are kept that the hub has and no backup of it, a new line waits for the hub's word
/// first: it may have been restored and have lost them, and a row above them would hide that. Times
/// are monotonic milliseconds.
public final class Sending {
  /// Reports on their way without PUBACK, or without the hub's word.
  static final int WINDOW_MAX = 4;

  /// Bodies of one report, so that it fits a packet with room to spare.
  static final int REPORT_BYTES_MAX = 64 * 1024;

  /// Sent but not acknowledged for this long: the lowest row is sent once more, and all others when
  /// the hub speaks.
  static final long ACKED_WAIT_MAX_MILLIS = 60_000;

  /// A hub that stays silent (it is down, and a broker takes the reports) is asked more rarely, up
  /// to this: a line may cost by the byte.
  static final long SILENCE_WAIT_MAX_MILLIS = 8 * ACKED_WAIT_MAX_MILLIS;

  private final Set<Long> onTheWay = new HashSet<>();

  /// The last row of each report that the hub has not acknowledged, in order.
  private final ArrayDeque<Long> waiting = new ArrayDeque<>();

  private long lastSequence;
  private long ackedThrough;
  private long forgottenThrough;
  private long sentThrough;

  /// The last row that went out on this line, or that the hub has: a report names it as the one it
  /// follows. Behind `sentThrough` where rows were given up.
  private long saidThrough;

  private long everSentThrough;
  private long progressMillis;
  private boolean open;

  /// Whether the hub still has what it had is not known on this line.
  private boolean isUnsure;

  /// It did not say, so the lowest row goes out alone.
  private boolean isAsking;

  private boolean isAsked;
  private long waitMillis = ACKED_WAIT_MAX_MILLIS;

  Sending(long ackedThrough, long forgottenThrough, long lastSequence) {
    this.ackedThrough = ackedThrough;
    this.forgottenThrough = forgottenThrough;
    this.sentThrough = ackedThrough;
    this.lastSequence = lastSequence;
    // What an earlier run of the agent sent is not known: all of it may have been.
    this.everSentThrough = lastSequence;
  }

  public long ackedThrough() {
    return ackedThrough;
  }

  /// No row through this one is kept.
  void forgotten(long through) {
    forgottenThrough = through;
  }

  void appended(long sequence) {
    lastSequence = sequence;
  }

  boolean surelyUnsent(long sequence) {
    return sequence > everSentThrough;
  }

  public void lineOpened(long nowMillis) {
    backTo(ackedThrough);
    progressMillis = nowMillis;
    open = true;
    isUnsure = forgottenThrough < ackedThrough;
    isAsking = false;
    waitMillis = ACKED_WAIT_MAX_MILLIS;
  }

  private void backTo(long through) {
    onTheWay.clear();
    waiting.clear();
    sentThrough = through;
    saidThrough = through;
  }

  public void lineClosed() {
    open = false;
  }

  public void published(long publication) {
    onTheWay.remove(publication);
  }

  boolean acked(long through, long nowMillis) {
    heard();
    waiting.removeIf(last -> last <= through);
    if (through <= ackedThrough) {
      return false;
    }
    ackedThrough = through;
    sentThrough = Math.max(sentThrough, through);
    saidThrough = Math.max(saidThrough, through);
    progressMillis = nowMillis;
    return true;
  }

  private void heard() {
    waitMillis = ACKED_WAIT_MAX_MILLIS;
    if (isUnsure || isAsking) {
      isUnsure = false;
      isAsking = false;
      sentThrough = Math.max(sentThrough, ackedThrough);
      saidThrough = Math.max(saidThrough, ackedThrough);
    }
  }

  /// The hub has less than it had: all above `through` is to be sent again.
  void lost(long through, long nowMillis) {
    heard();
    ackedThrough = through;
    backTo(through);
    progressMillis = nowMillis;
  }

  /// The rows to send now; empty when there are none, or enough are on their way.
  public List<Report.Row> next(OutboxRows rows, long nowMillis) {
    if (!open) {
      return List.of();
    }
    if (!isUnsure && sentThrough == ackedThrough) {
      progressMillis = nowMillis;
    } else if (nowMillis - progressMillis >= waitMillis) {
      backTo(isUnsure ? forgottenThrough : ackedThrough);
      progressMillis = nowMillis;
      waitMillis = Math.min(2 * waitMillis, SILENCE_WAIT_MAX_MILLIS);
      isAsking = true;
      isAsked = false;
    }
    if (isAsking ? isAsked : isUnsure) {
      return List.of();
    }
    if (sentThrough >= lastSequence || isFull()) {
      return List.of();
    }
    List<Report.Row> next =
        rows.after(sentThrough, isAsking ? 1 : Limits.REPORT_ROWS_MAX, REPORT_BYTES_MAX);
    if (next.isEmpty()) {
      sentThrough = lastSequence;
    }
    return next;
  }

  private boolean isFull() {
    return onTheWay.size() >= WINDOW_MAX || waiting.size() >= WINDOW_MAX;
  }

  /// The row that the rows to send now follow on.
  public long saidThrough() {
    return saidThrough;
  }

  /// These rows go out with this publication.
  public void sent(long publication, long through) {
    onTheWay.add(publication);
    waiting.addLast(through);
    sentThrough = through;
    saidThrough = through;
    isAsked = true;
    everSentThrough = Math.max(everSentThrough, through);
  }
}
