package dev.tombolo.bench.simulation;

import dev.tombolo.bench.simulation.engine.Counts;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.invariant.InvariantBroken;
import dev.tombolo.bench.simulation.world.World;
import dev.tombolo.bench.simulation.world.WorldPlan;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Plays many seeds, each in one thread, several at once. Stops at the first that breaks something.
public final class Seeds {
  private final long from;
  private final int count;
  private final LongFunction<WorldPlan> plans;
  private final int threads;
  private final AtomicLong next;
  private final Counts counts = new Counts();
  private final List<Long> events = new ArrayList<>();
  private final List<Long> faults = new ArrayList<>();
  private @Nullable Failed failed;
  private long processorNanos;
  private volatile boolean isOver;

  /// @param broken the first thing that did not hold
  public record Failed(WorldPlan plan, InvariantBroken broken) {}

  /// @param seconds of the clock on the wall
  /// @param processorSeconds of the threads that played, without compilation and collection
  public record Summary(
      int played,
      double seconds,
      double processorSeconds,
      long events,
      long medianEvents,
      long medianFaults,
      Counts counts,
      Optional<Failed> failed) {}

  public Seeds(long from, int count, LongFunction<WorldPlan> plans, int threads) {
    this.from = from;
    this.count = count;
    this.plans = plans;
    this.threads = threads;
    this.next = new AtomicLong(from);
  }

  public Summary play(Progress progress) throws InterruptedException {
    long began = System.nanoTime();
    List<Thread> players = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      players.add(Thread.ofPlatform().name("seeds-" + i).start(() -> playMany(progress)));
    }
    for (Thread player : players) {
      player.join();
    }
    progress.end();
    double seconds = (System.nanoTime() - began) / 1e9;
    long all = events.stream().mapToLong(Long::longValue).sum();
    return new Summary(
        events.size(),
        seconds,
        processorNanos / 1e9,
        all,
        median(events),
        median(faults),
        counts,
        Optional.ofNullable(failed));
  }

  private void playMany(Progress progress) {
    playAll(progress);
    worked(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
  }

  private synchronized void worked(long nanos) {
    processorNanos += nanos;
  }

  private void playAll(Progress progress) {
    long seed;
    while (!isOver && (seed = next.getAndIncrement()) < from + count) {
      WorldPlan plan = plans.apply(seed);
      try {
        World.Outcome outcome = new World(plan, Trace.silent()).play();
        took(outcome);
        progress.played(events.size());
      } catch (InvariantBroken broken) {
        failedAt(new Failed(plan, broken));
      } catch (RuntimeException | Error other) {
        failedAt(
            new Failed(
                plan,
                (InvariantBroken)
                    new InvariantBroken("a bug", -1, other.toString()).initCause(other)));
      }
    }
  }

  private synchronized void took(World.Outcome outcome) {
    counts.addAll(outcome.counts());
    events.add(outcome.events());
    faults.add(outcome.faults());
  }

  /// The lowest seed counts, so that the same run fails in the same way.
  private synchronized void failedAt(Failed latest) {
    Failed before = failed;
    if (before == null || latest.plan().seed() < before.plan().seed()) {
      failed = latest;
    }
    isOver = true;
  }

  private static long median(List<Long> values) {
    return values.isEmpty()
        ? 0
        : values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }
}
