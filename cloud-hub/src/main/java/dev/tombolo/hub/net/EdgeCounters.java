package dev.tombolo.hub.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What the edge port has done so far, for `/metrics`.
public final class EdgeCounters {
  public final LongAdder accepts = new LongAdder();
  public final LongAdder handshakes = new LongAdder();
  public final LongAdder handshakesFailed = new LongAdder();
  public final LongAdder connectsRefused = new LongAdder();
  public final LongAdder violations = new LongAdder();
  public final LongAdder reportRows = new LongAdder();
  public final LongAdder bytesIn = new LongAdder();
  public final LongAdder bytesOut = new LongAdder();
  public final LongAdder fileBytes = new LongAdder();
  public final LongAdder bundleBytes = new LongAdder();
  public final LongAdder inboxFull = new LongAdder();
  public final LongAdder slowConsumers = new LongAdder();

  /// Lines closed by a fault of ours; each is logged.
  public final LongAdder faults = new LongAdder();

  public final AtomicInteger lines = new AtomicInteger();
  public final AtomicInteger halfOpen = new AtomicInteger();
  public final AtomicInteger sessions = new AtomicInteger();

  /// Bytes encoded for devices and not yet given to their lines.
  public final AtomicLong queuedBytes = new AtomicLong();
}
