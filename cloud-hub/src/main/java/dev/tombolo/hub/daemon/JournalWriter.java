package dev.tombolo.hub.daemon;

import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.files.RevocationJournal;
import dev.tombolo.protocol.id.DeviceId;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Writes the journal of revocations beside the hub's loop, in order.
final class JournalWriter implements Consumer<HubEffect.StandingNoted>, AutoCloseable {
  private static final Logger LOG = System.getLogger(JournalWriter.class.getName());

  private static final Duration AGAIN_AFTER = Duration.ofMinutes(1);

  private final RevocationJournal journal;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("journal").daemon(true).factory());

  /// What is not written yet, in order: of each device the newest, so no more than there are
  /// devices.
  private final LinkedHashMap<DeviceId, HubEffect.StandingNoted> late = new LinkedHashMap<>();

  JournalWriter(RevocationJournal journal) {
    this.journal = journal;
  }

  @Override
  public void accept(HubEffect.StandingNoted noted) {
    thread.execute(() -> write(noted));
  }

  /// Behind those that could not be written before.
  private void write(HubEffect.StandingNoted noted) {
    boolean isFirst = late.isEmpty();
    late.putLast(noted.device(), noted);
    if (isFirst) {
      writeLate();
    }
  }

  private void writeLate() {
    try {
      while (!late.isEmpty()) {
        HubEffect.StandingNoted noted = late.firstEntry().getValue();
        journal.note(new RevocationJournal.Line(noted.device(), noted.standing(), noted.millis()));
        late.pollFirstEntry();
      }
    } catch (IOException e) {
      if (!thread.isShutdown()) {
        thread.schedule(this::writeLate, AGAIN_AFTER.toSeconds(), TimeUnit.SECONDS);
      }
      LOG.log(
          Level.ERROR,
          "cannot write "
              + journal.file()
              + "; tries again; until then a restored backup would let that device in again",
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
