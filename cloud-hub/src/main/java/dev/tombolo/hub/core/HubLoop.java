package dev.tombolo.hub.core;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The hub's one writer: a bounded inbox and a thread that takes it in batches, one transaction
/// each.
public final class HubLoop implements HubInbox, AutoCloseable {
  private static final Logger LOG = System.getLogger(HubLoop.class.getName());

  public static final int INBOX_EVENTS_MAX = 16_384;

  /// What the events in the inbox and in the batch under way came in with. A full inbox of the
  /// largest reports would be 4 GiB; parsed, they take up to some times their bytes.
  public static final long INBOX_BYTES_MAX = 32L * 1024 * 1024;

  private static final Runnable NOTHING = () -> {};

  /// Of the processor, how long slices of what is left may go on in a turn in which nobody waits
  /// for the commit: until somebody comes, or so long. A commit waits for the disk, mostly longer
  /// than [SliceTime#NANOS].
  public static final long SLICES_ALONE_NANOS = 10_000_000;

  static final long TICK_MILLIS = 1_000;

  /// By less between two turns a clock may be slewed; what is more has been set.
  private static final long CLOCK_MOVE_MILLIS = 1_000;

  /// By so much no clock is set right while a hub runs: what it says is doubted then.
  private static final long CLOCK_DOUBT_MILLIS = Duration.ofDays(1).toMillis();

  /// How soon a waiting thread notices that the loop is closing.
  private static final long CLOSE_POLL_MILLIS = 100;

  private final ArrayBlockingQueue<Waiting> inbox = new ArrayBlockingQueue<>(INBOX_EVENTS_MAX);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Clock clock;
  private final PublishedDirectory directory = new PublishedDirectory();
  private final HubTurn turn;
  private final TurnSize size = new TurnSize();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Thread thread;
  private volatile Consumer<HubEffect> effects = effect -> {};
  private volatile Consumer<Throwable> death = cause -> {};
  private volatile boolean isClosing;
  private boolean isInterrupted;
  private volatile Figures figures = new Figures(0, 0, 0, 0);
  private volatile KeptRows results;
  private volatile KeptRows events;
  private volatile boolean isClockDoubted;

  /// @param taken told once it is decided
  private record Waiting(HubEvent event, int bytes, Runnable taken) {}

  /// What the loop has done since it started.
  ///
  /// @param turns transactions, give or take those that had nothing to keep
  /// @param busyNanos spent deciding and committing
  public record Figures(long turns, long events, long busyNanos, long longestTurnNanos) {}

  /// Reads the state from the store; nothing is decided before [#start].
  public HubLoop(HubSettings settings, HubStore store, Clock clock) {
    this.clock = clock;
    this.turn = new HubTurn(settings, store, directory);
    this.results = turn.keptRows(RowLog.RESULTS);
    this.events = turn.keptRows(RowLog.EVENTS);
    this.thread = Thread.ofPlatform().name("hub-loop").unstarted(this::run);
  }

  /// Starts the thread. `effects` is called on it, in order, after each commit, and must not block.
  public void start(Consumer<HubEffect> effects) {
    start(effects, cause -> {});
  }

  /// @param death told when the thread ends unasked, which is the end of the hub
  public void start(Consumer<HubEffect> effects, Consumer<Throwable> death) {
    this.effects = effects;
    this.death = death;
    thread.start();
  }

  /// False before the start and after the end.
  public boolean isAlive() {
    return thread.isAlive();
  }

  /// The clock may have been wrong from the beginning: until the end nothing goes for its age.
  public void doubtClock() {
    isClockDoubted = true;
  }

  public EdgeDirectory directory() {
    return directory;
  }

  public Figures figures() {
    return figures;
  }

  /// How much of a log there is, as of the last turn.
  public KeptRows keptRows(RowLog log) {
    return switch (log) {
      case RESULTS -> results;
      case EVENTS -> events;
    };
  }

  /// Events waiting now.
  public int waiting() {
    return inbox.size();
  }

  /// Bytes that the events waiting now, and those under way, came in with.
  public long waitingBytes() {
    return waitingBytes.get();
  }

  @Override
  public boolean offer(HubEvent event) {
    return offer(event, 0, NOTHING);
  }

  @Override
  public boolean offer(HubEvent event, int bytes, Runnable taken) {
    if (isClosing) {
      return false;
    }
    if (waitingBytes.addAndGet(bytes) > INBOX_BYTES_MAX) {
      waitingBytes.addAndGet(-bytes);
      return false;
    }
    boolean isIn = inbox.offer(new Waiting(event, bytes, taken));
    if (!isIn) {
      waitingBytes.addAndGet(-bytes);
    }
    return isIn;
  }

  /// Takes what is in the inbox, commits it, and ends the thread. The store stays open.
  @Override
  public void close() {
    isClosing = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// An [Error] is no event's fault: memory, the program itself. Going on would mean to guess.
  private void run() {
    try {
      work();
    } catch (RuntimeException | Error cause) {
      end(cause);
      return;
    }
    if (!isClosing) {
      end(new IllegalStateException("interrupted by nobody known"));
    }
  }

  private void end(Throwable cause) {
    LOG.log(Level.ERROR, "the hub's loop has ended, and with it the hub", cause);
    isClosing = true;
    death.accept(cause);
  }

  private void work() {
    act(turn.beginning(clock.millis()));
    List<Waiting> drained = new ArrayList<>(TurnSize.EVENTS_MAX);
    List<HubEvent> batch = new ArrayList<>(TurnSize.EVENTS_MAX + 1);
    long nextTick = clock.millis() + TICK_MILLIS;
    long began = clock.millis() - monotonicMillis();
    long offset = began;
    boolean hadJumped = false;
    while (!isInterrupted && (!isClosing || !inbox.isEmpty() || turn.isHolding())) {
      drained.clear();
      batch.clear();
      long wait = Math.clamp(nextTick - clock.millis(), 0, CLOSE_POLL_MILLIS);
      fill(drained, turn.isWorkLeft() ? 0 : wait);
      long now = clock.millis();
      long moved = now - monotonicMillis() - offset;
      offset += moved;
      if (Math.abs(moved) > CLOCK_MOVE_MILLIS) {
        batch.add(new HubEvent.ClockMoved(moved));
      }
      drained.forEach(waiting -> batch.add(waiting.event()));
      boolean isTick = now >= nextTick || now < nextTick - TICK_MILLIS;
      if (isTick) {
        nextTick = now + TICK_MILLIS;
      }
      boolean hasJumped = Math.abs(offset - began) > CLOCK_DOUBT_MILLIS;
      if (hasJumped && !hadJumped) {
        LOG.log(
            Level.WARNING,
            "the clock was moved to {0} while the hub ran: until it is set right, or the hub is"
                + " started again, no results and no events go for their age",
            Instant.ofEpochMilli(now));
      }
      hadJumped = hasJumped;
      if (isTick || turn.isWorkLeft()) {
        batch.add(new HubEvent.Ticked(!isClockDoubted && !hasJumped));
      }
      if (!batch.isEmpty()) {
        long from = System.nanoTime();
        // Not the wall's: waiting for the disk, turns should rather be larger.
        long busyFrom = threads.getCurrentThreadCpuTime();
        SliceTime slices = new SliceTime(busyFrom, drained.isEmpty());
        List<HubEffect> committed = turn.take(batch, now, slices);
        size.took(batch.size(), slices.eventsNanos());
        count(batch.size(), System.nanoTime() - from);
        results = turn.keptRows(RowLog.RESULTS);
        events = turn.keptRows(RowLog.EVENTS);
        act(committed);
        drained.forEach(this::taken);
      }
    }
  }

  /// How long slices of what is left may go on in one turn, beside its events.
  private final class SliceTime implements BooleanSupplier {
    private static final long NANOS = 2_000_000;

    private final long busyFrom;
    private final boolean isAlone;
    private long eventsNanos = -1;

    private SliceTime(long busyFrom, boolean isAlone) {
      this.busyFrom = busyFrom;
      this.isAlone = isAlone;
    }

    @Override
    public boolean getAsBoolean() {
      long nanos = threads.getCurrentThreadCpuTime() - busyFrom;
      eventsNanos = eventsNanos < 0 ? nanos : eventsNanos;
      return nanos < (isAlone && inbox.isEmpty() ? SLICES_ALONE_NANOS : NANOS);
    }

    /// Of the processor, what the turn took before the first slice that it was not made for.
    long eventsNanos() {
      return eventsNanos < 0 ? threads.getCurrentThreadCpuTime() - busyFrom : eventsNanos;
    }
  }

  private static long monotonicMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  private void taken(Waiting waiting) {
    waitingBytes.addAndGet(-waiting.bytes());
    try {
      waiting.taken().run();
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "whoever waited for an event failed", failure);
    }
  }

  private void count(int events, long nanos) {
    Figures before = figures;
    figures =
        new Figures(
            before.turns() + 1,
            before.events() + events,
            before.busyNanos() + nanos,
            Math.max(before.longestTurnNanos(), nanos));
  }

  private void fill(List<Waiting> batch, long waitMillis) {
    try {
      Waiting first =
          waitMillis == 0 ? inbox.poll() : inbox.poll(waitMillis, TimeUnit.MILLISECONDS);
      if (first != null) {
        batch.add(first);
        inbox.drainTo(batch, size.most() - 1);
      }
    } catch (InterruptedException e) {
      isInterrupted = true;
    }
  }

  private void act(List<HubEffect> committed) {
    for (HubEffect effect : committed) {
      try {
        effects.accept(effect);
      } catch (RuntimeException failure) {
        LOG.log(Level.ERROR, "an effect failed: " + effect.getClass().getSimpleName(), failure);
      }
    }
  }
}
