package dev.tombolo.hub.net;

import dev.tombolo.hub.core.EdgeDirectory;
import dev.tombolo.hub.core.GivenBundles;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.IssuedCertificate;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.SiteLine;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.CertificateRequests;
import dev.tombolo.hub.x509.DeviceCertificates;
import dev.tombolo.hub.x509.RecoveryChallenges;
import dev.tombolo.hub.x509.ServerIdentity;
import dev.tombolo.hub.x509.SignedTimes;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A real edge port on a free port, its hub played by the test: it sees every event, and answers
/// CONNECT as it is told to.
final class TestHub implements HubInbox, EdgeDirectory, AutoCloseable {
  /// Long for a busy machine, and shorter than limits of the port that would bring by themselves
  /// what a test waits for.
  static final long WAIT_SECONDS = 120;

  final CertificateAuthority authority;
  final EdgePort edge;
  final BlockingQueue<HubEvent> events = new LinkedBlockingQueue<>();
  final Set<String> revoked = ConcurrentHashMap.newKeySet();
  final Set<String> superseded = ConcurrentHashMap.newKeySet();
  final Set<Digest> readable = ConcurrentHashMap.newKeySet();
  final Map<DeviceId, SiteLine> lines = new ConcurrentHashMap<>();
  final Path files;
  final GivenBundles bundles = new GivenBundles();
  volatile boolean isFull;
  volatile boolean admits = true;

  /// How far the hub's clock has been set.
  volatile Duration clockOffset = Duration.ZERO;

  /// Events are taken in and not decided.
  volatile boolean isSlow;

  final BlockingQueue<Runnable> undecided = new LinkedBlockingQueue<>();
  private final AtomicLong serials = new AtomicLong(0x1000);
  private final AtomicLong sessions = new AtomicLong();

  private TestHub(Path folder, Function<EdgeSettings, EdgeSettings> changes) throws IOException {
    authority = CertificateAuthority.open(folder.resolve("ca"), Instant.now());
    ServerIdentity server =
        authority.serverIdentity(List.of("localhost", "127.0.0.1"), Instant.now());
    files = Files.createDirectories(folder.resolve("files"));
    EdgeSettings settings =
        changes.apply(
            new EdgeSettings(
                "127.0.0.1", 0, 10_000, 60_000, 120, Optional.of(folder.resolve("share"))));
    edge =
        EdgePort.bind(
            settings,
            EdgeTls.create(server.key(), server.chain(), authority.roots()),
            authority.rootPem());
    edge.open(
        new EdgeServices(
            this,
            this,
            new CertificateRequests(),
            new RecoveryChallenges(
                new DeviceCertificates(authority.roots()), new CertificateRequests()),
            new SignedTimes(authority.documentKey(Instant.now()), server.above()),
            digest -> Optional.of(files.resolve(digest.hex())).filter(Files::isRegularFile),
            bundles,
            () -> new SessionId(sessions.incrementAndGet()),
            () -> Instant.now().plus(clockOffset)));
  }

  static TestHub start(Path folder) throws IOException {
    return start(folder, settings -> settings);
  }

  static TestHub start(Path folder, Function<EdgeSettings, EdgeSettings> changes)
      throws IOException {
    return new TestHub(folder, changes);
  }

  @Override
  public boolean offer(HubEvent event) {
    if (isFull) {
      return false;
    }
    events.add(event);
    if (admits && event instanceof HubEvent.SessionOpened opened) {
      edge.execute(new HubEffect.SessionAdmitted(opened.session()));
    }
    return true;
  }

  @Override
  public boolean offer(HubEvent event, int bytes, Runnable taken) {
    boolean isIn = offer(event);
    if (isIn && isSlow) {
      undecided.add(taken);
    } else if (isIn) {
      taken.run();
    }
    return isIn;
  }

  @Override
  public Optional<Reason> whyNotServed(DeviceId device, String serial, long nowMillis) {
    if (superseded.contains(serial)) {
      return Optional.of(new Reason.CertificateSuperseded(device.text(), serial));
    }
    return revoked.contains(serial)
        ? Optional.of(new Reason.DeviceRevoked(device.text()))
        : Optional.empty();
  }

  @Override
  public boolean mayRead(DeviceId device, Digest file) {
    return readable.contains(file);
  }

  @Override
  public boolean mayHave(DeviceId device, Digest release) {
    return readable.contains(release);
  }

  @Override
  public Optional<SiteLine> line(DeviceId device) {
    return Optional.ofNullable(lines.get(device));
  }

  /// The next event of a kind; others before it are passed over.
  <T extends HubEvent> T await(Class<T> kind) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    for (long left = WAIT_SECONDS; left > 0; left = end - System.nanoTime()) {
      HubEvent event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (kind.isInstance(event)) {
        return kind.cast(event);
      }
    }
    throw new AssertionError("no " + kind.getSimpleName() + " came");
  }

  /// A device with a key and a certificate.
  Device newDevice() throws GeneralSecurityException {
    return newDevice(Duration.ofDays(45));
  }

  Device newDevice(Duration life) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    DeviceId id = DeviceId.ofKey(pair.getPublic().getEncoded());
    Instant end = Instant.now().plus(life);
    IssuedCertificate issued =
        authority.issueForDevice(
            id,
            pair.getPublic().getEncoded(),
            Long.toHexString(serials.incrementAndGet()),
            end.minus(Duration.ofDays(45)).toEpochMilli(),
            end.toEpochMilli());
    return new Device(id, pair, issued);
  }

  record Device(DeviceId id, KeyPair pair, IssuedCertificate issued) {}

  SSLContext tls(Optional<Device> device) throws GeneralSecurityException, IOException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("root", authority.root());
    TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
    trusted.init(trust);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(null, null);
    if (device.isPresent()) {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new java.io.ByteArrayInputStream(
                      device
                          .get()
                          .issued()
                          .pem()
                          .getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
              .toArray(Certificate[]::new);
      keys.setKeyEntry("device", device.get().pair().getPrivate(), new char[0], chain);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
    own.init(keys, new char[0]);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }

  int port() {
    return edge.port();
  }

  @Override
  public void close() {
    edge.close();
  }
}
