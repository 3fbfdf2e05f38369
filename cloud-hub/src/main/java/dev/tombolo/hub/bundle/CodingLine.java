package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.bundle.SegmentRows;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/// Segments on their way: drafts go in, coded ones come out in the same order. Few are at work at
/// once, whatever the size of the target.
final class CodingLine {
  private final ExecutorService workers;
  private final BlockingQueue<SegmentCoder> coders;
  private final int atWorkMax;
  private final AlikeRuns alike;
  private final TableShare share;
  private final ArrayDeque<Future<List<CodedSegment>>> atWork = new ArrayDeque<>();
  private final Out out;

  /// Where coded segments go.
  ///
  /// @param coded their bytes
  /// @param progress is told of the target's bytes as they are done
  record Out(OutputStream coded, SegmentRows rows, LongConsumer progress) {}

  /// @param coders one for each worker
  CodingLine(
      ExecutorService workers,
      List<SegmentCoder> coders,
      AlikeRuns alike,
      TableShare share,
      Out out) {
    this.workers = workers;
    this.coders = new ArrayBlockingQueue<>(coders.size(), false, coders);
    atWorkMax = Math.min(3 * coders.size(), TableShare.BEHIND - 1);
    this.alike = alike;
    this.share = share;
    this.out = out;
  }

  /// Waits while enough are at work.
  ///
  /// @throws UncheckedIOException when coding or writing failed
  /// @throws CancellationException when interrupted
  void add(Draft draft) {
    if (atWork.size() > atWorkMax) {
      write();
    }
    int room = share.grant(draft.length());
    atWork.add(workers.submit(() -> code(draft, room)));
  }

  /// Waits for all.
  void end() {
    while (!atWork.isEmpty()) {
      write();
    }
  }

  private List<CodedSegment> code(Draft draft, int room) throws InterruptedException {
    SegmentCoder coder = coders.take();
    try {
      return coder.code(draft, alike.in(draft), room);
    } finally {
      coders.add(coder);
    }
  }

  private void write() {
    try {
      int before = out.rows.length();
      for (CodedSegment coded : Bundles.result(atWork.remove())) {
        out.coded.write(coded.bytes());
        out.rows.add(coded.segment());
        out.progress.accept(coded.segment().length());
      }
      share.took(out.rows.length() - before);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (CancellationException) new CancellationException("interrupted").initCause(e);
    }
  }
}
