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
import org.jspecify.annotations.Nullable;

/// What time it is for judging the hub's certificate: by the wall clock, until that does not fit
/// the certificate's dates; then by what the hub signs. So a device with a wrong clock comes to its
/// hub, and a certificate that has run out lets nobody speak for the hub.
final class HubTime implements HubClock {
  private static final System.Logger LOG = System.getLogger(HubTime.class.getName());
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// The hub's time at a moment of the monotonic clock.
  private record Told(long hubMillis, long atNanos) {}

  private final TimeQuestion question;
  private volatile @Nullable Told told;
  private volatile boolean isDoubted;

  HubTime(TimeQuestion question) {
    this.question = question;
  }

  @Override
  public long nowMillis() {
    Told last = told;
    return last == null
        ? WallClock.trustedMillis()
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

  /// When it does not help, the next handshake fails as the last one did, and says so.
  synchronized void ask(String https, Digest rootKey) {
    if (!isDoubted) {
      return;
    }
    try {
      long hubMillis = question.ask(https, HubTls.timeOnly(rootKey), rootKey);
      told = new Told(hubMillis, System.nanoTime());
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
