package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.FakeClock;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.Surroundings;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.ResultRow;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Wrong clocks, and years that pass: hub and agent as real processes whose wall clocks are not the
/// machine's. A clock blocks changes at the most, never serving.
@Tag("slow")
class TimeIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final Duration YEARS = Duration.ofDays(5 * 365);
  private static final String SLOT = "store-1/counter-1";
  private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

  @TempDir Path folder;

  @Test
  void aClockAtItsBeginningKeepsNobodyFromServing() throws Exception {
    aWrongClockKeepsNobodyFromServing(FakeClock.toItsBeginning());
  }

  @Test
  void aClockYearsAheadKeepsNobodyFromServing() throws Exception {
    aWrongClockKeepsNobodyFromServing(YEARS);
  }

  private void aWrongClockKeepsNobodyFromServing(Duration wrong) throws Exception {
    FakeClock clock = FakeClock.in(folder.resolve("agent-clock"), wrong);
    try (Shop shop = new Shop(Surroundings.USUAL, clock.around())) {
      String pid = shop.pid();
      shop.awaitResultSince(Instant.now());

      // With nothing but what is on the disk it comes back.
      shop.agent.kill();
      shop.agent.startAgain();
      shop.awaitOnline();
      shop.awaitResultSince(Instant.now());

      clock.set(Duration.ZERO);
      shop.awaitResultSince(Instant.now());
      assertThat(shop.pid()).as("the workload's process").isEqualTo(pid);
      assertThat(shop.hub.cli("why", SLOT)).doesNotContain("waits for an operator");
    }
  }

  @Test
  void aDeviceDarkFor400DaysAndTwoRotationsComesBackByItself() throws Exception {
    FakeClock clock = FakeClock.in(folder.resolve("clock"), Duration.ZERO);
    try (Shop shop = new Shop(clock.around(), clock.around())) {
      String pid = shop.pid();

      shop.hub.stop();
      clock.set(Duration.ofDays(100));
      shop.rotate();
      clock.set(Duration.ofDays(300));
      shop.rotate();
      clock.set(Duration.ofDays(400));
      assertThat(shop.pid()).as("the workload's process, while dark").isEqualTo(pid);
      shop.hub.startAgain();

      shop.awaitOnline();
      assertThat(shop.hub.cli("audit", "list", "--last", "100", "--json"))
          .contains("\"recover\"")
          .doesNotContain("\"recover-waits\"");
      shop.awaitNewestRoot();
      shop.awaitResultSince(Instant.now().plus(Duration.ofDays(400)));
      assertThat(shop.pid()).as("the workload's process").isEqualTo(pid);
    }
  }

  @Test
  void aHubWhoseClockWasYearsAheadIsFoundAgainWhenItIsRight() throws Exception {
    FakeClock clock = FakeClock.in(folder.resolve("hub-clock"), YEARS);
    try (Shop shop = new Shop(clock.around(), Surroundings.USUAL)) {
      String pid = shop.pid();

      shop.hub.stop();
      clock.set(Duration.ZERO);
      shop.hub.startAgain();

      shop.awaitOnline();
      shop.awaitResultSince(Instant.now());
      assertThat(shop.pid()).as("the workload's process").isEqualTo(pid);
      shop.hub.process().awaitLine("was ahead then", 0, LIMIT);
    }
  }

  /// A hub and one device of it, its workload live.
  private final class Shop implements AutoCloseable {
    private final RunningHub hub;
    private final HubClient client;
    private final RunningAgent agent;

    Shop(Surroundings aroundHub, Surroundings aroundAgent) throws Exception {
      hub = RunningHub.start(folder, aroundHub, List.of());
      client = hub.client();
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
      PeopleCounter.push(hub);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      agent =
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent"),
              hub.token("--fleet", "shops", "--slot", SLOT),
              List.of("link.backoffMaxSeconds=1"),
              aroundAgent);
      awaitLive();
    }

    private void rotate() throws Exception {
      hub.cli("hub", "ca", "rotate", "--data", folder.resolve("hub").toString());
    }

    private void awaitLive() throws InterruptedException {
      Await.untilTrue(
          LIMIT,
          () -> "counter@1 live; " + agent.process().tail(),
          () ->
              device().applications().stream()
                  .anyMatch(it -> it.phase().equals("live") && "1".equals(it.live())));
    }

    private void awaitOnline() throws InterruptedException {
      Await.untilTrue(
          LIMIT, () -> SLOT + " online; " + agent.process().tail(), () -> device().online());
    }

    private DeviceRow device() {
      return client.list(DeviceRow.class, "/devices").getFirst();
    }

    /// Waits until the hub dates the newest result at this moment or a little after it.
    private void awaitResultSince(Instant moment) throws InterruptedException {
      Instant soon = moment.plus(LIMIT).plus(LIMIT);
      Await.untilTrue(
          LIMIT,
          () -> "a result of after " + moment + "; " + agent.process().tail(),
          () -> {
            Instant newest = newestResult();
            return !newest.isBefore(moment) && newest.isBefore(soon);
          });
    }

    private Instant newestResult() {
      List<ResultRow> rows = client.list(ResultRow.class, "/results?last=1");
      return rows.isEmpty() ? Instant.MIN : Instant.ofEpochMilli(rows.getFirst().millis());
    }

    void awaitNewestRoot() throws InterruptedException {
      Await.untilTrue(
          LIMIT,
          () -> "the device learns the newest root; " + agent.process().tail(),
          () -> newestRoot().getPublicKey().equals(hub.root().getPublicKey()));
    }

    private X509Certificate newestRoot() throws Exception {
      byte[] pem = Files.readAllBytes(agent.data().resolve("identity/root.pem"));
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem));
    }

    private String pid() throws Exception {
      String status = agent.cli("status", "--json").out();
      Matcher found = PID.matcher(status);
      assertThat(found.find()).as(status).isTrue();
      return found.group(1);
    }

    @Override
    public void close() {
      agent.close();
      agent.endWorkloads();
      client.close();
      hub.close();
    }
  }
}
