package dev.tombolo.agent.daemon;

import dev.tombolo.agent.core.HubClock;
import dev.tombolo.agent.core.RefusedException;
import dev.tombolo.agent.core.TlsSource;
import dev.tombolo.agent.https.TimeQuestion;
import dev.tombolo.agent.x509.HubTls;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.ReasonText;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// What time it is for judging the hub's certificate: by the wall clock, until that does not fit
/// the certificate's dates; then by what the hub signs. So a device with a wrong clock comes to its
/// hub, and a certificate that has run out lets nobody speak for the hub. A clock that is behind
/// what the hub once signed is known to be wrong: then the hub is asked first, and until it has
/// answered it is as late as it was then.
final class HubTime implements HubClock {
  private static final System.Logger LOG = System.getLogger(HubTime.class.getName());
  private static final long NANOS_PER_MILLI = 1_000_000;

  private static final long TOLERANCE_MILLIS = 120_000;

  /// An answer that took longer says little of what time it is.
  private static final long ANSWER_WAIT_MAX_MILLIS = 30_000;

  private static final long STACK_BYTES = 256 * 1024;

  /// The hub's time at a moment of the monotonic clock.
  private record Told(long hubMillis, long atNanos) {}

  /// As [TimeQuestion] asks it.
  interface Question {
    long ask(String https, SSLSocketFactory sockets, Digest rootKey)
        throws IOException, RefusedException;
  }

  private final Question question;
  private final long floorMillis;
  private final long waitMillis;
  private final AtomicBoolean isAsking = new AtomicBoolean();
  private volatile @Nullable Told told;
  private volatile boolean isDoubted;

  /// @param floorMillis it is no earlier, as far as this device has heard
  HubTime(Question question, long floorMillis) {
    this(question, floorMillis, ANSWER_WAIT_MAX_MILLIS);
  }

  HubTime(Question question, long floorMillis, long waitMillis) {
    this.question = question;
    this.waitMillis = waitMillis;
    boolean isBehind = WallClock.trustedMillis() + TOLERANCE_MILLIS < floorMillis;
    this.floorMillis = isBehind ? floorMillis : Long.MIN_VALUE;
    this.isDoubted = isBehind;
  }

  @Override
  public long nowMillis() {
    Told last = told;
    return last == null
        ? Math.max(WallClock.trustedMillis(), floorMillis)
        : last.hubMillis + (System.nanoTime() - last.atNanos) / NANOS_PER_MILLI;
  }

  @Override
  public void doubted() {
    isDoubted = true;
  }

  boolean isDoubted() {
    return isDoubted;
  }

  /// Where TLS comes from, asking for the time before it when there is doubt.
  ///
  /// @param https `https://host:port` of the hub
  TlsSource over(TlsSource tls, String https, RootKey rootKey) {
    return () -> {
      if (isDoubted) {
        ask(https, rootKey.get());
      }
      return tls.sockets();
    };
  }

  /// The root that this device trusts at the moment.
  interface RootKey {
    Digest get() throws IOException;
  }

  /// When it does not help, the next handshake fails as the last one did, and says so. Whoever
  /// holds the answer back holds up one thread, and the caller no longer than an answer may take.
  void ask(String https, Digest rootKey) {
    if (!isDoubted || !isAsking.compareAndSet(false, true)) {
      return;
    }
    long atNanos = System.nanoTime();
    Runnable asking =
        () -> {
          try {
            answered(https, rootKey, atNanos);
          } finally {
            isAsking.set(false);
          }
        };
    Thread thread = new Thread(null, asking, "hub-time", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(waitMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answered(String https, Digest rootKey, long atNanos) {
    try {
      long hubMillis = question.ask(https, HubTls.timeOnly(rootKey), rootKey);
      if (System.nanoTime() - atNanos > waitMillis * NANOS_PER_MILLI) {
        LOG.log(System.Logger.Level.WARNING, "the hub said what time it is, but too late");
        return;
      }
      told = new Told(hubMillis, atNanos);
      isDoubted = false;
      LOG.log(
          System.Logger.Level.INFO,
          "the hub says that it is {0}, the clock here {1}; the hub''s certificate is judged by the hub",
          text(hubMillis),
          text(System.currentTimeMillis()));
    } catch (RefusedException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the hub''s time is not proved: {0}",
          ReasonText.say(e.reason()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the hub was not asked for the time: {0}", e.toString());
    }
  }

  private static String text(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
