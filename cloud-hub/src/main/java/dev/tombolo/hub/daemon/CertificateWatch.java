package dev.tombolo.hub.daemon;

import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.ServerIdentity;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Renews the hub's own certificate and the broker's while the hub runs, in good time: a hub may be
/// up for longer than they live.
final class CertificateWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(CertificateWatch.class.getName());

  /// Soon enough for a clock that is set right after the start: until then the certificate may be
  /// one that no device takes.
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final CertificateAuthority authority;
  private final List<String> names;
  private final DataFolder folder;
  private final InstantSource clock;
  private final Renewed renewed;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("certificates").daemon(true).factory());
  private volatile X509Certificate server;
  private volatile Optional<X509Certificate> broker = Optional.empty();

  /// Told of a new certificate for the edge port.
  interface Renewed {
    void accept(ServerIdentity identity) throws IOException;
  }

  /// @param names in the hub's certificate
  /// @param current the identity in use
  CertificateWatch(
      CertificateAuthority authority,
      List<String> names,
      ServerIdentity current,
      DataFolder folder,
      InstantSource clock,
      Renewed renewed) {
    this.authority = authority;
    this.names = List.copyOf(names);
    this.server = current.leaf();
    this.folder = folder;
    this.clock = clock;
    this.renewed = renewed;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::check, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  void check() {
    try {
      checkServer();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "cannot renew the hub's certificate; tried again in a minute", e);
    }
    try {
      checkBroker();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "cannot renew the broker's certificate; tried again in a minute", e);
    }
  }

  /// Days until the hub's certificate ends.
  double serverDaysLeft() {
    return daysUntilEndOf(server);
  }

  /// Days until the broker's certificate ends; NaN where there is none.
  double brokerDaysLeft() {
    return broker.map(this::daysUntilEndOf).orElse(Double.NaN);
  }

  private double daysUntilEndOf(X509Certificate certificate) {
    Duration left = Duration.between(clock.instant(), certificate.getNotAfter().toInstant());
    return left.toSeconds() / (double) Duration.ofDays(1).toSeconds();
  }

  private void checkServer() throws IOException {
    ServerIdentity now = authority.serverIdentity(names, clock.instant());
    if (now.leaf().equals(server)) {
      return;
    }
    renewed.accept(now);
    server = now.leaf();
    LOG.log(Level.INFO, "the hub's certificate was renewed, until " + endOf(server));
  }

  private void checkBroker() throws IOException {
    Optional<ServerIdentity> now = authority.renewedBrokerIdentity(clock.instant());
    Path note = folder.brokerFolder();
    if (now.isPresent() && Files.exists(note)) {
      copy(now.get(), Path.of(Files.readString(note, StandardCharsets.UTF_8).strip()));
    }
    broker = now.map(ServerIdentity::leaf);
  }

  private static void copy(ServerIdentity identity, Path to) throws IOException {
    Path certificate = to.resolve("broker.pem");
    if (!Files.exists(certificate) || Files.mismatch(certificate, identity.certificateFile()) < 0) {
      return;
    }
    // The key first: a broker that starts in between says so, instead of running with an old pair.
    Files.copy(
        identity.keyFile(),
        to.resolve("broker-key.pem"),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    Files.copy(
        identity.certificateFile(),
        certificate,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
    LOG.log(
        Level.WARNING,
        "the broker's certificate was renewed, until "
            + endOf(identity.leaf())
            + ": make the broker read "
            + certificate
            + " (restart it)");
  }

  private static Instant endOf(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
