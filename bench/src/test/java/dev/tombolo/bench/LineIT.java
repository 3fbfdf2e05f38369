package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.ShopNetwork;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.ResultRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shop behind a real cable that is pulled out, that flaps, that swallows packets, that is slow:
/// the agent in a network namespace of its own, the hub outside.
@Tag("slow")
class LineIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /// The hub asks for a keep-alive of 5 s; the agent gives a silent line up after twice that.
  private static final String SILENT = "no byte from the hub for 1[0-9] s";

  private static final Pattern PID = Pattern.compile("\"pid\":([1-9][0-9]*)");
  private static final int PAYLOAD_BYTES = 100_000;

  @TempDir Path folder;
  private ShopNetwork shop;
  private RunningHub hub;
  private HubClient client;
  private RunningAgent agent;
  private String pid;

  @BeforeEach
  void open() throws Exception {
    shop = ShopNetwork.open();
    Path config = config("5s");
    hub = RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
    client = hub.client();
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    PeopleCounter.push(hub);
    pushPayload("1");
    pushPayload("2");
    hub.cli("assign", "counter@1", "--fleet", "shops");
    hub.cli("assign", "payload@1", "--fleet", "shops");
    String endpoint = shop.hubAddress() + ":" + hub.edgePort();
    agent =
        RunningAgent.join(
            hub.distributions(),
            folder.resolve("agent"),
            hub.token("--fleet", "shops", "--site", "store-1", "--endpoint", endpoint),
            List.of("link.backoffMaxSeconds=2"),
            shop.around());
    awaitPayload("1");
    awaitCount(1);
    pid = pid();
  }

  private Path config(String keepAlive) throws Exception {
    return Files.writeString(
        folder.resolve("hub.yaml"),
        "edge: {names: [localhost, %s], keepAliveMax: %s}\n"
            .formatted(shop.hubAddress(), keepAlive));
  }

  @AfterEach
  void end() {
    if (agent != null) {
      agent.close();
      agent.endWorkloads();
    }
    if (client != null) {
      client.close();
    }
    if (hub != null) {
      hub.close();
    }
    shop.close();
  }

  @Test
  void aCableThatIsPulledOutIsNoticedAndForgottenWhenItIsBack() throws Exception {
    shop.pull();
    awaitNoticed();
    hub.cli("assign", "payload@2", "--fleet", "shops");
    awaitWaiting();
    shop.plugIn();

    awaitPayload("2");
    nothingWasLost();
  }

  @Test
  void aLineThatSwallowsPacketsIsNoticedAndForgottenWhenItIsWell() throws Exception {
    shop.swallow();
    awaitNoticed();
    hub.cli("assign", "payload@2", "--fleet", "shops");
    awaitWaiting();
    shop.letThrough();

    awaitPayload("2");
    nothingWasLost();
  }

  @Test
  void aCableThatFlapsLosesNothing() throws Exception {
    hub.cli("assign", "payload@2", "--fleet", "shops");
    for (int i = 0; i < 6; i++) {
      long counted = counted();
      shop.pull();
      awaitCounted(counted + 3);
      shop.plugIn();
      awaitCounted(counted + 6);
    }

    awaitPayload("2");
    nothingWasLost();
  }

  /// The download takes longer than the hub waits for a sign of life, 15 s: only that, so that a
  /// busy machine that holds the agent up for a moment is not taken for the line.
  @Test
  void aLineThatIsSlowStaysUp() throws Exception {
    long from = agent.process().written();
    hub.stop();
    config("10s");
    hub.startAgain();
    agent.process().awaitLine(" is up", from, LIMIT);
    String before = log();
    shop.throttle(40);
    hub.cli("assign", "payload@2", "--fleet", "shops");

    awaitPayload("2");
    nothingWasLost();
    assertThat(log().substring(before.length())).doesNotContain("is down");
  }

  private void pushPayload(String version) throws Exception {
    Path release = Files.createDirectories(folder.resolve("payload-" + version));
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(version.hashCode()).nextBytes(payload);
    Files.write(release.resolve("payload.bin"), payload);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: payload, version: "%s"}
        spec:
          kind: model
          variants:
            - files: [{from: payload.bin}]
        """
            .formatted(version));
  }

  private void awaitNoticed() throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "the agent to notice; " + agent.process().tail(),
        () -> Pattern.compile(SILENT).matcher(log()).find());
  }

  /// The workload hands in what it counts, and the agent keeps it.
  private void awaitWaiting() throws Exception {
    awaitCounted(counted() + 5);
    Await.untilTrue(
        LIMIT,
        () -> "results to wait; " + agent.process().tail(),
        () -> !status().contains("\"waiting\":0"));
  }

  private void awaitPayload(String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "payload@" + version + " live; " + agent.process().tail(),
        () ->
            client.list(DeviceRow.class, "/devices").stream()
                .flatMap(it -> it.applications().stream())
                .anyMatch(it -> it.name().equals("payload") && version.equals(it.live())));
  }

  /// Every number that the workload has handed in is at the hub, once, and its process is the same.
  private void nothingWasLost() throws Exception {
    assertThat(pid()).as("the workload's process").isEqualTo(pid);
    long upTo = counted();
    awaitCount(upTo);
    assertThat(CounterShop.numbers(hub))
        .startsWith(LongStream.rangeClosed(1, upTo).boxed().toArray(Long[]::new));
  }

  private void awaitCount(long number) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "the number " + number + " at the hub; " + agent.process().tail(),
        () ->
            client.list(ResultRow.class, "/results?last=5").stream()
                .anyMatch(it -> number(it.json()) >= number));
  }

  private static long number(String json) {
    return Long.parseLong(json.replaceAll("[^0-9]", ""));
  }

  private void awaitCounted(long number) throws InterruptedException {
    Await.untilTrue(LIMIT, () -> "the workload to count to " + number, () -> counted() >= number);
  }

  private long counted() throws Exception {
    return Long.parseLong(
        Files.readString(agent.data().resolve("apps/counter/work/count")).strip());
  }

  private String log() throws Exception {
    return Files.readString(folder.resolve("agent.log"));
  }

  private String status() throws Exception {
    return agent.cli("status", "--json").out();
  }

  private String pid() throws Exception {
    String status = status();
    Matcher found = PID.matcher(status);
    assertThat(found.find()).as(status).isTrue();
    return found.group(1);
  }
}
