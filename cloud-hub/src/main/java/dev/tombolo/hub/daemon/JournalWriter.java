package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.files.RevocationJournal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Writes the journal of revocations beside the hub's loop, in order.
final class JournalWriter implements Consumer<HubEffect.StandingNoted>, AutoCloseable {
  private static final Logger LOG = System.getLogger(JournalWriter.class.getName());

  private final RevocationJournal journal;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("journal").daemon(true).factory());

  JournalWriter(RevocationJournal journal) {
    this.journal = journal;
  }

  @Override
  public void accept(HubEffect.StandingNoted noted) {
    thread.execute(() -> write(noted));
  }

  private void write(HubEffect.StandingNoted noted) {
    try {
      journal.note(new RevocationJournal.Line(noted.device(), noted.standing(), noted.millis()));
    } catch (IOException e) {
      LOG.log(
          Level.ERROR,
          "cannot write " + journal.file() + "; a restored backup would let this device in again",
          e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
      LOG.log(Level.WARNING, "the journal of revocations was still being written");
    }
  }
}
