package dev.tombolo.hub.daemon;

import dev.tombolo.hub.x509.RevocationList;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// Writes the revocation list beside the hub's loop; when several changes wait, only the newest.
final class RevocationWriter implements Consumer<Set<String>>, AutoCloseable {
  private static final Logger LOG = System.getLogger(RevocationWriter.class.getName());

  private final RevocationList list;
  private final InstantSource clock;
  private final AtomicReference<Set<String>> newest = new AtomicReference<>(Set.of());
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
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
  }

  @Override
  public void accept(Set<String> serials) {
    newest.set(serials);
    thread.execute(() -> write(serials));
  }

  private void write(Set<String> serials) {
    if (!serials.equals(newest.get())) {
      return;
    }
    try {
      list.write(serials, clock.instant());
    } catch (IOException e) {
      LOG.log(Level.ERROR, "cannot write " + list.file() + "; a broker has the old list", e);
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
