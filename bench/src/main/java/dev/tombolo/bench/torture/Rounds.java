package dev.tombolo.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The rounds of a torture, dealt to worlds that run at once: while one waits for its devices,
/// another strikes.
final class Rounds {
  @Option(
      names = "--rounds",
      defaultValue = "500",
      description = "of all worlds (${DEFAULT-VALUE})")
  int count;

  @Option(
      names = "--worlds",
      defaultValue = "1",
      description = "at once, each with a hub of its own (${DEFAULT-VALUE})")
  int worlds;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "of the first world, for its moments; the others count on (${DEFAULT-VALUE})")
  long seed;

  @Option(names = "--json", description = "also write the counts to this file")
  @Nullable Path json;

  private final AtomicInteger dealt = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /// A hub with its devices.
  interface World extends AutoCloseable {
    /// Strikes once, and returns when all is well again.
    ///
    /// @param round from 0, counted over all worlds
    /// @return what was hit
    /// @throws IllegalStateException naming what does not hold
    String play(int round) throws Exception;

    @Override
    void close() throws Exception;
  }

  /// Makes a world that has settled.
  @FunctionalInterface
  interface Maker {
    World make(Random random) throws Exception;
  }

  /// Plays all rounds, and prints a line for each. After one that went wrong, no world begins
  /// another.
  ///
  /// @throws IllegalStateException of the first round that went wrong
  void play(Maker maker, PhaseCounts hits) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(worlds)) {
      for (int world = 0; world < worlds; world++) {
        long itsSeed = seed + world;
        threads.execute(() -> play(maker, hits, itsSeed));
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void play(Maker maker, PhaseCounts hits, long itsSeed) {
    int round = -1;
    try (World world = maker.make(new Random(itsSeed))) {
      while (failure.get() == null && (round = dealt.getAndIncrement()) < count) {
        long from = System.nanoTime();
        String hit = world.play(round);
        hits.count(hit);
        System.out.printf(
            "round %d of %d, seed %d: %s, %.1f s%n",
            done.incrementAndGet(), count, itsSeed, hit, (System.nanoTime() - from) / 1e9);
      }
    } catch (Exception e) {
      failure.compareAndSet(
          null,
          new IllegalStateException(
              "round %d of %d, seed %d: %s".formatted(round + 1, count, itsSeed, e.getMessage()),
              e));
    }
  }

  /// Rounds that ended well.
  int done() {
    return done.get();
  }

  /// Writes the counts where `--json` says.
  ///
  /// @param name of the other number
  void write(PhaseCounts hits, String name, long number) throws IOException {
    if (json != null) {
      String counts =
          hits.all().entrySet().stream()
              .map(it -> "\"" + it.getKey() + "\":" + it.getValue())
              .collect(Collectors.joining(","));
      Files.writeString(
          json,
          "{\"rounds\":%d,\"worlds\":%d,\"seed\":%d,\"%s\":%d,\"phases\":{%s}}\n"
              .formatted(done(), worlds, seed, name, number, counts));
    }
  }
}
