package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.ShopNetwork;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.DeviceRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several devices of one shop behind one line of 10 Mbit/s: what comes over the line is counted by
/// the network interface.
@Tag("slow")
class SiteIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int DEVICES = 5;
  private static final int LINE_KILOBITS = 10_000;
  private static final int PAYLOAD_BYTES = 12_000_000;

  /// Documents, reports, keep-alive and their TLS, for each device and release.
  private static final long CONTROL_BYTES = 96 * 1024;

  /// Its enrolment too.
  private static final long LATE_BYTES = 200_000;

  /// What is under way in the line and its queue, or has come and was not copied yet, when a device
  /// dies.
  private static final long LOST_BYTES = 1_500_000;

  @TempDir Path folder;
  private final List<RunningAgent> agents = new ArrayList<>();
  private ShopNetwork shop;
  private RunningHub hub;
  private HubClient client;
  private String endpoint = "";

  @BeforeEach
  void open() throws Exception {
    shop = ShopNetwork.open();
    Path config = folder.resolve("hub.yaml");
    Files.writeString(config, "edge: {names: [localhost, %s]}\n".formatted(shop.hubAddress()));
    hub = RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
    client = hub.client();
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    endpoint = shop.hubAddress() + ":" + hub.edgePort();
    for (int i = 1; i <= DEVICES; i++) {
      join();
    }
    push("1", payload(1, 1));
    push("2", payload(2, 2));
    push("3", payload(2, 3));
    shop.throttle(LINE_KILOBITS);
  }

  private void join() throws Exception {
    agents.add(
        RunningAgent.join(
            hub.distributions(),
            folder.resolve("agent-" + (agents.size() + 1)),
            hub.token("--fleet", "shops", "--site", "store-1", "--endpoint", endpoint),
            List.of("link.backoffMaxSeconds=2"),
            shop.around()));
  }

  @AfterEach
  void end() {
    agents.forEach(RunningAgent::close);
    agents.forEach(RunningAgent::endWorkloads);
    if (client != null) {
      client.close();
    }
    if (hub != null) {
      hub.close();
    }
    shop.close();
  }

  @Test
  void whatComesOnceOverTheLineIsForTheWholeSite() throws Exception {
    long alone = bytesFor("1", 1, "--fleet", "shops", "--slot", "store-1/device-1");
    freeFirst();
    long all = bytesFor("2", DEVICES, "--fleet", "shops");
    long bundle = bytesFor("3", DEVICES, "--fleet", "shops");
    long before = shop.bytesIn();
    join();
    await("3", DEVICES + 1);
    long late = shop.bytesIn() - before;
    System.out.printf(
        "site of %d devices, %,d bytes of payload: one device alone %,d bytes over the line; all"
            + " %,d (%.3f x); a change of half of it %,d; one that joins late %,d%n",
        DEVICES, PAYLOAD_BYTES, alone, all, (double) all / alone, bundle, late);

    assertThat(all).isLessThanOrEqualTo(alone * 103 / 100 + DEVICES * CONTROL_BYTES);
    assertThat(bundle).isLessThanOrEqualTo(alone * 65 / 100 + DEVICES * CONTROL_BYTES);
    assertThat(late).isLessThanOrEqualTo(LATE_BYTES);
  }

  @Test
  void anotherGoesOnWhenTheOneThatFetchesIsKilled() throws Exception {
    long alone = bytesFor("1", 1, "--fleet", "shops", "--slot", "store-1/device-1");
    freeFirst();
    long before = shop.bytesIn();
    hub.cli("assign", "payload@2", "--fleet", "shops");
    RunningAgent fetcher = fetcher();
    Await.untilTrue(
        LIMIT, () -> "half of it to come", () -> shop.bytesIn() - before > PAYLOAD_BYTES / 2);
    fetcher.kill();

    await("2", DEVICES - 1);
    long bytes = shop.bytesIn() - before;
    fetcher.startAgain();
    await("2", DEVICES);
    long afterwards = shop.bytesIn() - before;
    System.out.printf(
        "one device alone %,d bytes over the line; all, the one that fetched killed half-way: %,d;"
            + " and when it is back: %,d%n",
        alone, bytes, afterwards);

    assertThat(bytes).isLessThanOrEqualTo(alone * 103 / 100 + LOST_BYTES + DEVICES * CONTROL_BYTES);
    assertThat(afterwards)
        .isLessThanOrEqualTo(alone * 103 / 100 + LOST_BYTES + 2 * DEVICES * CONTROL_BYTES);
  }

  /// From now on the first device takes what the fleet does.
  private void freeFirst() throws Exception {
    hub.cli("unassign", "payload", "--fleet", "shops", "--slot", "store-1/device-1");
  }

  /// The others say that they copy from it.
  private RunningAgent fetcher() throws Exception {
    AtomicReference<RunningAgent> fetcher = new AtomicReference<>();
    Await.untilTrue(
        LIMIT,
        () -> "one to fetch",
        () -> {
          for (RunningAgent agent : agents) {
            if (status(agent).contains("\"code\":\"downloading\"")) {
              fetcher.set(agent);
              return true;
            }
          }
          return false;
        });
    return Objects.requireNonNull(fetcher.get());
  }

  /// What an agent in the shop's network says, asked without a Java of its own: a download is over
  /// in seconds.
  private String status(RunningAgent agent) throws Exception {
    String port = Files.readString(agent.data().resolve("loopback.port")).strip();
    List<String> words = new ArrayList<>(shop.around().prefix());
    words.addAll(List.of("curl", "-s", "-m", "5", "http://127.0.0.1:" + port + "/v1/status"));
    return Command.run(words, Map.of(), folder, LIMIT).out();
  }

  private long bytesFor(String version, int devices, String... where) throws Exception {
    long before = shop.bytesIn();
    long beganNanos = System.nanoTime();
    List<String> words = new ArrayList<>(List.of("assign", "payload@" + version));
    words.addAll(List.of(where));
    hub.cli(words.toArray(String[]::new));
    await(version, devices);
    long bytes = shop.bytesIn() - before;
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    System.out.printf(
        "payload@%s live on %d devices after %.1f s; the bytes alone take %.1f s%n",
        version, devices, seconds, bytes * 8.0 / (LINE_KILOBITS * 1000.0));
    return bytes;
  }

  private void await(String version, int devices) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "payload@" + version + " on " + devices + "; " + agents.getFirst().process().tail(),
        () ->
            client.list(DeviceRow.class, "/devices").stream()
                    .flatMap(it -> it.applications().stream())
                    .filter(it -> it.name().equals("payload") && version.equals(it.live()))
                    .count()
                >= devices);
  }

  private static byte[] payload(int firstHalf, int secondHalf) {
    byte[] bytes = new byte[PAYLOAD_BYTES];
    byte[] half = new byte[PAYLOAD_BYTES / 2];
    new Random(firstHalf).nextBytes(half);
    System.arraycopy(half, 0, bytes, 0, half.length);
    new Random(100 + secondHalf).nextBytes(half);
    System.arraycopy(half, 0, bytes, half.length, half.length);
    return bytes;
  }

  private void push(String version, byte[] payload) throws Exception {
    Path release = Files.createDirectories(folder.resolve("payload-" + version));
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
}
