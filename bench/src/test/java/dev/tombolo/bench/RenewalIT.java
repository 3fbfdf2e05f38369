package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.AuditRow;
import dev.tombolo.hub.http.api.DeviceDetail;
import dev.tombolo.hub.http.api.DeviceRow;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Certificates that live two minutes: the real agent renews them by itself at the real hub,
/// whatever happens on the way, and nobody in the shop notices.
@Tag("slow")
class RenewalIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

  /// The answer to a renewal takes about a second, so that it can be lost half-way.
  private static final LineMode SLOW = new LineMode.Throttle(2_000);

  @TempDir static Path folder;
  private static RunningHub hub;
  private static HubClient client;

  @BeforeAll
  static void start() throws Exception {
    Path config = folder.resolve("hub.yaml");
    Files.writeString(config, "trust: {certificateLife: 2m}\n");
    hub = RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
    client = hub.client();
    hub.prepare("shops");
    Path release = Files.createDirectories(folder.resolve("steady-1"));
    Files.writeString(release.resolve("note.txt"), "steady\n");
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: steady, version: "1"}
        spec:
          kind: app
          variants:
            - files: [{from: note.txt}]
              workload:
                type: process
                argv: [/bin/sleep, "100000"]
                probes: [{name: "true", every: 5s, timeout: 2s, exec: [/bin/true]}]
                startup: 20s
                soak: 1s
                stopGrace: 1s
        """);
    for (String site : List.of("plain", "cut", "killed")) {
      hub.apply("Site", site, "{fleet: shops, timeZone: Europe/Berlin}");
    }
    hub.cli("assign", "steady@1", "--fleet", "shops");
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void anAgentRenewsByItselfAndItsOldCertificateIsNoGoodAnyMore() throws Exception {
    try (Shop shop = new Shop("plain")) {
      shop.awaitRenewed();

      shop.nobodyNoticed();
      assertThat(shop.askedWithOldIdentity())
          .containsAnyOf("certificate-superseded", "certificate-expired");
      assertThat(shop.row().standing()).isEqualTo("active");
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aRenewalWhoseAnswerIsLostWithTheLineBringsTheSameCertificate() throws Exception {
    try (Shop shop = new Shop("cut")) {
      shop.line.set(SLOW);
      shop.awaitSigned();

      shop.line.breakConnections();
      shop.line.set(new LineMode.Open());

      assertThat(shop.serial()).as("the answer was lost").isEqualTo(shop.firstSerial);
      shop.awaitRenewed();
      shop.nobodyNoticed();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aRenewalWhoseAgentIsKilledBringsTheSameCertificate() throws Exception {
    try (Shop shop = new Shop("killed")) {
      shop.line.set(SLOW);
      shop.awaitSigned();

      shop.agent.kill();
      assertThat(shop.serial()).as("the answer was lost").isEqualTo(shop.firstSerial);
      shop.line.set(new LineMode.Open());
      shop.agent.startAgain();

      shop.awaitRenewed();
      shop.nobodyNoticed();
    }
  }

  /// One agent behind a line of its own.
  private static final class Shop implements AutoCloseable {
    private final String site;
    private final RunningAgent agent;
    private final Line line;
    private final DeviceRow device;
    private final String firstSerial;
    private final String pid;
    private String renewed = "none";

    Shop(String site) throws Exception {
      this.site = site;
      line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()));
      String token =
          hub.token("--fleet", "shops", "--site", site, "--endpoint", "localhost:" + line.port());
      agent =
          RunningAgent.join(
              hub.distributions(),
              folder.resolve(site),
              token,
              List.of("link.backoffMaxSeconds=1"));
      Await.untilTrue(
          LIMIT,
          () -> "steady@1 live; " + agent.process().tail(),
          () -> status().contains("\"liveVersion\":\"1\""));
      device = row();
      firstSerial = serial();
      pid = pid();
      keepOldIdentity();
    }

    DeviceRow row() {
      for (DeviceRow row : client.list(DeviceRow.class, "/devices")) {
        if (row.slot().startsWith(site + "/")) {
          return row;
        }
      }
      throw new IllegalStateException("no device of " + site);
    }

    String serial() throws IOException, CertificateException {
      return leaf().getSerialNumber().toString(16);
    }

    private X509Certificate leaf() throws IOException, CertificateException {
      byte[] pem = Files.readAllBytes(agent.data().resolve("identity/certificate.pem"));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem));
    }

    /// When the certificate ends that the hub has seen in use; certificates count in seconds.
    private Instant endAtTheHub() {
      long millis =
          client.get(DeviceDetail.class, "/devices/" + device.device()).certificateEndsMillis();
      return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS);
    }

    /// What the hub gave this device at renewals, in order: serials and keys.
    List<String> renewals() {
      return client.list(AuditRow.class, "/audit").stream()
          .filter(row -> row.action().equals("renew") && row.subject().equals(device.device()))
          .sorted(Comparator.comparingLong(AuditRow::sequence))
          .map(AuditRow::after)
          .toList();
    }

    /// Looks into the hub's database: the answer is on its way, and gone in a second.
    void awaitSigned() throws Exception {
      try (Connection database =
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub/hub.db"));
          PreparedStatement signed =
              database.prepareStatement(
                  "SELECT 1 FROM audit WHERE action = 'renew' AND subject = ?")) {
        signed.setString(1, device.device());
        Await.untilTrue(
            LIMIT,
            () -> "a renewal of " + site + " at the hub",
            () -> {
              try (ResultSet row = signed.executeQuery()) {
                return row.next();
              }
            });
      }
    }

    /// The new certificate is kept, the hub has seen it, and the line is up again.
    void awaitRenewed() throws InterruptedException {
      renewed =
          Await.until(
              LIMIT,
              () -> "a renewed certificate of " + site + "; " + agent.process().tail(),
              () -> serial().equals(firstSerial) ? null : serial());
      Await.untilTrue(
          LIMIT,
          () -> "the new certificate of " + site + " in use; " + agent.process().tail(),
          () -> endAtTheHub().equals(leaf().getNotAfter().toInstant()));
      Await.untilTrue(
          LIMIT,
          () -> "the renewal of " + site + " told to the hub; " + agent.process().tail(),
          () -> row().online() && status().contains("\"waiting\":0"));
    }

    void nobodyNoticed() throws Exception {
      assertThat(renewals().getFirst())
          .as("the first certificate that was signed, however often asked for")
          .containsIgnoringCase(renewed);
      assertThat(row().standing()).isEqualTo("active");
      assertThat(hub.cli("why", device.device())).doesNotContainIgnoringCase("quarantine");
      assertThat(pid()).as("the workload's process").isEqualTo(pid);
      assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();
    }

    void keepOldIdentity() throws IOException {
      for (String name : List.of("key.pem", "certificate.pem", "root.pem")) {
        Files.copy(
            agent.data().resolve("identity").resolve(name), folder.resolve(site + "-" + name));
      }
    }

    String askedWithOldIdentity() throws IOException, InterruptedException {
      return Command.run(
              List.of(
                  "curl",
                  "-sS",
                  "--cacert",
                  site + "-root.pem",
                  "--cert",
                  site + "-certificate.pem",
                  "--key",
                  site + "-key.pem",
                  "https://"
                      + RunningHub.HOST
                      + ":"
                      + hub.edgePort()
                      + "/v1/files/"
                      + "0".repeat(64)),
              Map.of(),
              folder,
              LIMIT)
          .orThrow()
          .out();
    }

    String status() throws IOException, InterruptedException {
      return agent.look("status", "--json");
    }

    String pid() throws IOException, InterruptedException {
      String status = status();
      Matcher found = PID.matcher(status);
      assertThat(found.find()).as(status).isTrue();
      return found.group(1);
    }

    @Override
    public void close() throws IOException {
      agent.close();
      agent.endWorkloads();
      line.close();
    }
  }
}
