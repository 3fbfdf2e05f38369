package dev.tombolo.hub.daemon;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.core.HubLoop;
import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.HubState;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.TrustSettings;
import dev.tombolo.hub.files.BundleShelf;
import dev.tombolo.hub.files.ContentStore;
import dev.tombolo.hub.files.RevocationJournal;
import dev.tombolo.hub.http.AdminServer;
import dev.tombolo.hub.http.HubIdentity;
import dev.tombolo.hub.mqtt.BrokerLink;
import dev.tombolo.hub.mqtt.BrokerSettings;
import dev.tombolo.hub.net.EdgeCounters;
import dev.tombolo.hub.net.EdgePort;
import dev.tombolo.hub.net.EdgeServices;
import dev.tombolo.hub.net.EdgeSettings;
import dev.tombolo.hub.net.EdgeTls;
import dev.tombolo.hub.sqlite.DataFolderRefused;
import dev.tombolo.hub.sqlite.DatabaseDamaged;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.hub.telemetry.HubMeters;
import dev.tombolo.hub.telemetry.MeasuredStore;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.CertificateRequests;
import dev.tombolo.hub.x509.DeviceCertificates;
import dev.tombolo.hub.x509.DocumentKey;
import dev.tombolo.hub.x509.RecoveryChallenges;
import dev.tombolo.hub.x509.ServerIdentity;
import dev.tombolo.hub.x509.SignatureWorkers;
import dev.tombolo.hub.x509.SignedManifests;
import dev.tombolo.hub.x509.SignedTimes;
import dev.tombolo.protocol.id.History;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/// One running hub.
public final class HubDaemon implements AutoCloseable {
  /// Libraries that tell of every start in ten lines. Held, because loggers not held are forgotten.
  private static final List<Logger> CHATTY =
      List.of(
          Logger.getLogger("org.eclipse.jetty"),
          Logger.getLogger("io.javalin"),
          Logger.getLogger("org.eclipse.paho"));

  private static final System.Logger LOG = System.getLogger(HubDaemon.class.getName());

  private final Parts parts;
  private final HubConfig config;
  private final EdgePort edge;
  private final AdminServer admin;
  private final Alarm alarm;

  private HubDaemon(Parts parts, HubConfig config, Alarm alarm, EdgePort edge, AdminServer admin) {
    this.parts = parts;
    this.alarm = alarm;
    this.config = config;
    this.edge = edge;
    this.admin = admin;
  }

  /// Starts everything; devices and operators are served when it returns.
  ///
  /// @throws DataDamaged when its database is damaged
  /// @throws IOException in words for the operator: folder held by another hub, port in use, ...
  public static HubDaemon start(HubConfig config) throws IOException {
    CHATTY.forEach(logger -> logger.setLevel(Level.WARNING));
    Parts parts = new Parts();
    Alarm alarm = new Alarm();
    try {
      return start(config, parts, Clock.systemUTC(), alarm);
    } catch (DatabaseDamaged e) {
      parts.close();
      throw new DataDamaged(config.data(), e);
    } catch (DataFolderRefused | StoreFailure e) {
      parts.close();
      Optional<DatabaseDamaged> damage = alarm.damage();
      if (damage.isPresent()) {
        throw new DataDamaged(config.data(), damage.get());
      }
      throw new IOException(e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static HubDaemon start(HubConfig config, Parts parts, Clock clock, Alarm alarm)
      throws IOException {
    DataFolder folder = parts.add(DataFolder.hold(config.data()));
    CertificateAuthority authority = CertificateAuthority.open(folder.authority(), clock.instant());
    ServerIdentity identity = authority.serverIdentity(config.edge().names(), clock.instant());
    DocumentKey documentKey = authority.documentKey(clock.instant());
    ContentStore files = ContentStore.open(folder.files(), config.filesBytesMax());

    // Nobody is let in yet; but from here on the port is known, which devices are told.
    EdgePort edge =
        EdgePort.bind(
            edgeSettings(config),
            EdgeTls.create(identity.key(), identity.chain(), authority.roots()),
            authority.rootPem());
    AutoCloseable unopened = parts.add(edge);
    List<String> endpoints = config.edge().endpointsAt(edge.port());
    Optional<String> fault = HubConfig.faultOf(endpoints);
    if (fault.isPresent()) {
      throw new IOException(
          "edge.names: " + fault.get() + " (or give --endpoint for what devices are told)");
    }

    HubMeters meters = parts.add(new HubMeters());
    SqliteHubStore database = SqliteHubStore.open(folder.database(), alarm::raise);
    MeasuredStore store = parts.add(new MeasuredStore(database, meters));
    Known known = Known.of(store.load());
    History history = known.history();
    HubSettings settings = settings(config, endpoints, documentKey);
    parts.add(Warming.begin(settings, known.devices()));
    HubLoop loop = new HubLoop(settings, store, clock);
    SqliteViews views = parts.add(SqliteViews.open(folder.database(), database::damaged));
    doubtClock(views, clock, loop);
    BundleWorkshop bundles =
        new BundleWorkshop(
            views, files, BundleShelf.open(folder.bundles()), config.bundles(), clock);
    GitSync repositories = new GitSync(config.gitops(), folder.git(), views, clock);
    AdminServer admin =
        new AdminServer(
            config.admin().bind(),
            config.admin().port(),
            new HubIdentity(version(), history, authority.rootKeyDigest(), endpoints),
            loop,
            views,
            files,
            bundles,
            new SignedManifests(documentKey),
            repositories,
            meters.registry(),
            () ->
                loop.isAlive() && !store.isFailing() && loop.waiting() < HubLoop.INBOX_EVENTS_MAX);

    AtomicLong sessions = new AtomicLong();
    Path trusted = authority.writeTrusted();
    Optional<BrokerLink> broker =
        config
            .broker()
            .map(
                external ->
                    new BrokerLink(
                        new BrokerSettings(
                            external.url(),
                            external.ca().orElse(trusted),
                            external.certificate().orElse(identity.certificateFile()),
                            external.key().orElse(identity.keyFile())),
                        loop,
                        history,
                        () -> new SessionId(sessions.incrementAndGet())));
    SignatureWorkers workers =
        SignatureWorkers.start(
            authority, documentKey, loop, Runtime.getRuntime().availableProcessors());
    parts.add(workers);
    RevocationWriter revocations =
        parts.add(new RevocationWriter(authority.revocationList(), clock));
    revocations.begin();
    JournalWriter journal = parts.add(new JournalWriter(RevocationJournal.open(folder.journal())));
    loop.start(
        new Dispatcher(edge, broker, workers, admin, revocations, journal, bundles::look),
        cause -> alarm.raise(cause));
    parts.add(loop);
    parts.add(bundles).start();

    CertificateWatch certificates =
        parts.add(
            new CertificateWatch(
                authority,
                config.edge().names(),
                identity,
                folder,
                clock,
                renewed ->
                    edge.renew(EdgeTls.create(renewed.key(), renewed.chain(), authority.roots()))));
    certificates.start();
    measure(meters, loop, workers, edge.counters(), files);
    measure(meters, certificates);
    measure(meters, bundles, edge.counters());
    parts.add(admin);
    startAdmin(admin, folder);
    parts.add(repositories).start(admin::command);
    CertificateRequests requests = new CertificateRequests();
    edge.open(
        new EdgeServices(
            loop,
            loop.directory(),
            requests,
            new RecoveryChallenges(new DeviceCertificates(authority.roots()), requests),
            new SignedTimes(documentKey, identity.above()),
            files::find,
            bundles,
            () -> new SessionId(sessions.incrementAndGet()),
            clock));
    // Closed before the loop, so that the loop hears of the ends of all sessions.
    parts.add(unopened);
    broker.ifPresent(link -> parts.add(link).start());
    return new HubDaemon(parts, config, alarm, edge, admin);
  }

  /// What the start needs of all that the database holds, which the loop loads for itself.
  private record Known(History history, int devices) {
    static Known of(HubState state) {
      return new Known(state.history(), state.deviceCount());
    }
  }

  public int edgePort() {
    return edge.port();
  }

  public int adminPort() {
    return admin.port();
  }

  /// `hub ready: edge https://localhost:8443 admin http://127.0.0.1:8480`.
  public String readyLine() {
    return "hub ready: edge https://%s:%d admin http://%s:%d"
        .formatted(
            config.edge().names().getFirst(), edgePort(), config.admin().bind(), adminPort());
  }

  /// Returns after [#close].
  ///
  /// @throws DataDamaged when the database turned out to be damaged; [#close] is still to be called
  /// @throws HubFailed when its loop has ended; [#close] is still to be called
  public void awaitClosed() throws InterruptedException, DataDamaged, HubFailed {
    alarm.await();
    Optional<DatabaseDamaged> damage = alarm.damage();
    if (damage.isPresent()) {
      throw new DataDamaged(config.data(), damage.get());
    }
    Optional<Throwable> death = alarm.death();
    if (death.isPresent()) {
      throw new HubFailed(death.get());
    }
  }

  /// Says good-bye to devices, commits what has come in, and frees the data folder. May be called
  /// again.
  @Override
  public synchronized void close() {
    parts.close();
    alarm.closed();
  }

  private static void startAdmin(AdminServer admin, DataFolder folder) throws IOException {
    try {
      admin.start(folder.adminToken());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted at the start", e);
    }
  }

  private static void doubtClock(SqliteViews views, Clock clock, HubLoop loop) {
    for (AuditRecord newest : views.audit(views.lastAudit(), 1)) {
      ClockSense.doubt(newest.millis(), clock.millis())
          .ifPresent(
              doubt -> {
                LOG.log(System.Logger.Level.WARNING, doubt);
                loop.doubtClock();
              });
    }
  }

  private static EdgeSettings edgeSettings(HubConfig config) {
    return new EdgeSettings(
        config.edge().bind(),
        config.edge().port(),
        config.edge().admission().acceptsPerSecond(),
        config.edge().admission().connectsPerMinute(),
        (int) config.edge().keepAliveMax().toSeconds(),
        config.share());
  }

  private static HubSettings settings(
      HubConfig config, List<String> endpoints, DocumentKey documentKey) {
    List<String> links =
        config
            .broker()
            .map(broker -> List.of(broker.devicesUrl().toString()))
            .orElseGet(
                () -> endpoints.stream().map(endpoint -> "wss://" + endpoint + "/mqtt").toList());
    return new HubSettings(
        links,
        "https://" + endpoints.getFirst(),
        documentKey.keyId(),
        documentKey.pem(),
        quota(config.results()),
        quota(config.events()),
        new TrustSettings(
            config.trust().certificateLife().toMillis(),
            config.trust().offlineBudget().toMillis()));
  }

  private static RowQuota quota(HubConfig.Keep keep) {
    return new RowQuota(keep.keep(), keep.bytesMax(), keep.rowsMax());
  }

  private static void measure(
      HubMeters meters,
      HubLoop loop,
      SignatureWorkers workers,
      EdgeCounters counters,
      ContentStore files) {
    meters.gauge("tombolo.inbox.events", "Events waiting for the hub's loop", loop::waiting);
    for (RowLog log : RowLog.values()) {
      String name = "tombolo." + log.name().toLowerCase(Locale.ROOT);
      meters.gauge(name + ".rows", "Rows kept", () -> loop.keptRows(log).rows());
      meters.gauge(name + ".bytes", "Of rows kept, about", () -> loop.keptRows(log).bytes());
      meters.counter(
          name + ".dropped",
          "Rows dropped by age or quota since the hub was made",
          () -> loop.keptRows(log).gone());
    }
    meters.gauge("tombolo.inbox.bytes", "Said by devices, not decided yet", loop::waitingBytes);
    meters.gauge("tombolo.signing.waiting", "Signatures asked for", workers::waiting);
    meters.counter("tombolo.signed", "Signatures made", workers::signed);
    meters.gauge("tombolo.edge.sessions", "Devices connected by MQTT", counters.sessions::get);
    meters.gauge("tombolo.edge.lines", "TCP connections", counters.lines::get);
    meters.gauge(
        "tombolo.edge.half.open", "TCP connections without a word yet", counters.halfOpen::get);
    meters.gauge("tombolo.edge.queued.bytes", "Waiting for devices", counters.queuedBytes::get);
    meters.counter("tombolo.edge.accepts", "TCP connections taken", counters.accepts::sum);
    meters.counter("tombolo.edge.handshakes", "TLS handshakes", counters.handshakes::sum);
    meters.counter(
        "tombolo.edge.handshakes.failed",
        "TLS handshakes that failed",
        counters.handshakesFailed::sum);
    meters.counter("tombolo.edge.refused", "CONNECTs refused", counters.connectsRefused::sum);
    meters.counter("tombolo.edge.violations", "Rules broken", counters.violations::sum);
    meters.counter("tombolo.edge.inbox.full", "Events that had to wait", counters.inboxFull::sum);
    meters.counter("tombolo.edge.slow", "Devices cut off as too slow", counters.slowConsumers::sum);
    meters.counter(
        "tombolo.edge.faults",
        "Lines closed by a fault of the hub; each is logged",
        counters.faults::sum);
    meters.counter("tombolo.report.rows", "Report rows received", counters.reportRows::sum);
    meters.counter("tombolo.edge.in.bytes", "Received", counters.bytesIn::sum);
    meters.counter("tombolo.edge.out.bytes", "Sent", counters.bytesOut::sum);
    meters.counter("tombolo.edge.file.bytes", "Of release files sent", counters.fileBytes::sum);
    meters.gauge("tombolo.files.bytes", "Release files held", files::bytesHeld);
  }

  private static void measure(HubMeters meters, BundleWorkshop bundles, EdgeCounters counters) {
    meters.gauge("tombolo.bundles", "Bundles kept", bundles::held);
    meters.gauge("tombolo.bundles.bytes", "Of bundles kept", bundles::bytesHeld);
    meters.gauge("tombolo.bundles.waiting", "Bundles that devices wait for", bundles::waiting);
    meters.counter("tombolo.bundles.made", "Bundles made", bundles::made);
    meters.counter("tombolo.bundles.failed", "Bundles that could not be made", bundles::failures);
    meters.counter("tombolo.bundles.dropped", "Bundles dropped by quota", bundles::dropped);
    meters.counter("tombolo.edge.bundle.bytes", "Of bundles sent", counters.bundleBytes::sum);
  }

  private static void measure(HubMeters meters, CertificateWatch certificates) {
    meters.gauge(
        "tombolo.certificate.server.days",
        "Days until the hub's own certificate ends",
        certificates::serverDaysLeft);
    meters.gauge(
        "tombolo.certificate.broker.days",
        "Days until the broker's certificate ends",
        certificates::brokerDaysLeft);
  }

  static String version() {
    return Objects.requireNonNullElse(
        HubDaemon.class.getPackage().getImplementationVersion(), "unpackaged");
  }
}
