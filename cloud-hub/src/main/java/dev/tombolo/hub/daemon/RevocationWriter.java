package dev.tombolo.hub.daemon;

import dev.tombolo.hub.x509.RevocationList;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Writes the revocation list beside the hub's loop; when several changes wait, only the newest.
/// One that could not be written is tried again, and one that gets old is made anew.
final class RevocationWriter implements Consumer<Set<String>>, AutoCloseable {
  private static final Logger LOG = System.getLogger(RevocationWriter.class.getName());

  private static final Duration RETRY = Duration.ofMinutes(1);

  /// Far within the list's life of a year.
  private static final Duration REFRESH = Duration.ofDays(30);

  private final RevocationList list;
  private final InstantSource clock;
  private final AtomicReference<Set<String>> newest = new AtomicReference<>(Set.of());
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("revocations").daemon(true).factory());

  RevocationWriter(RevocationList list, InstantSource clock) {
    this.list = list;
    this.clock = clock;
  }

  /// Makes an empty list where there is none: a broker that is told of the file wants it there.
  void begin() throws IOException {
    if (!Files.exists(list.file())) {
      list.write(Set.of(), clock.instant());
    }
    thread.scheduleWithFixedDelay(
        this::refresh, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void accept(Set<String> serials) {
    newest.set(serials);
    thread.execute(() -> write(serials));
  }

  private void refresh() {
    write(Objects.requireNonNull(newest.get()));
  }

  private void write(Set<String> serials) {
    if (!serials.equals(newest.get())) {
      return;
    }
    try {
      list.write(serials, clock.instant());
    } catch (IOException e) {
      LOG.log(
          Level.ERROR,
          "cannot write " + list.file() + "; a broker has the old list; tried again in a minute",
          e);
      again(serials);
    }
  }

  private void again(Set<String> serials) {
    try {
      thread.schedule(() -> write(serials), RETRY.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The hub stops: the next start writes the list.
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "the revocation list was still being written");
    }
  }
}
