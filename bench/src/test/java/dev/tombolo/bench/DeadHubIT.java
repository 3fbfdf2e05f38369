package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.ShopNetwork;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.bundle.MakingProcess;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A site goes on with what it was told when the hub is killed: what one device has, the others
/// take from it.
@Tag("slow")
class DeadHubIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int PAYLOAD_BYTES = 8_000_000;

  /// 4 MB for each of two at once: a minute. The line is no faster: who finds its neighbour too
  /// slow and goes to the hub is not done sooner.
  private static final int SLOW_KILOBITS = 1_000;

  private static final int LAN_KILOBITS = 8_000;

  @TempDir Path folder;
  private final List<RunningAgent> agents = new ArrayList<>();
  private ShopNetwork shop;
  private RunningHub hub;

  /// The first device has the second version, the others the first one.
  @BeforeEach
  void open() throws Exception {
    shop = ShopNetwork.open();
    Path config = folder.resolve("hub.yaml");
    Files.writeString(config, "edge: {names: [localhost, %s]}\n".formatted(shop.hubAddress()));
    hub = RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    String endpoint = shop.hubAddress() + ":" + hub.edgePort();
    for (int i = 1; i <= 3; i++) {
      agents.add(
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent-" + i),
              hub.token("--fleet", "shops", "--site", "store-1", "--endpoint", endpoint),
              List.of("link.backoffMaxSeconds=2"),
              shop.around()));
    }
    push("1", 1);
    push("2", 2);
    // Before the first device has a version from which the hub would make the change already.
    hub.cli("assign", "payload@2", "--fleet", "shops", "--slot", "store-1/device-1");
    hub.cli("assign", "payload@1", "--fleet", "shops");
    await("2", 1);
    await("1", 2);
  }

  @AfterEach
  void end() {
    agents.forEach(RunningAgent::close);
    if (hub != null) {
      hub.close();
    }
    shop.close();
  }

  /// They wait for the change that the hub is making. It never comes: the whole file does.
  @Test
  void theOthersFinishWhatOneHas() throws Exception {
    List<RunningAgent> others = agents.subList(1, agents.size());
    hub.cli("assign", "payload@2", "--fleet", "shops");
    ProcessHandle maker = maker();
    signal("-STOP", maker);
    try {
      Await.untilTrue(
          LIMIT,
          () -> "all to wait for the bundle; " + others.getLast().process().tail(),
          () -> all(others, "\"code\":\"bundle-awaited\""));
      hub.kill();
    } finally {
      signal("-CONT", maker);
    }
    long killed = System.nanoTime();

    Await.untilTrue(
        LIMIT,
        () -> "all to be live; " + others.getLast().process().tail(),
        () -> all(others, "\"liveVersion\":\"2\""));
    System.out.printf(
        "%d devices live %.1f s after the hub was killed%n",
        others.size(), (System.nanoTime() - killed) / 1e9);
    assertThat(hub.process().isAlive()).isFalse();

    hub.startAgain();
    await("2", agents.size());
  }

  /// They have half of the bundle that the first device has kept; one of them is killed, too.
  @Test
  void theOthersFinishByTheBundleThatOneHasKept() throws Exception {
    List<RunningAgent> others = agents.subList(1, agents.size());
    hub.cli("assign", "payload@2", "--fleet", "shops");
    await("2", agents.size());
    push("3", 3);
    hub.cli("assign", "payload@3", "--fleet", "shops", "--slot", "store-1/device-1");
    await("3", 1);
    BundleRow bundle = bundle("payload@3", "payload@2");
    String name = Objects.requireNonNull(bundle.bundle()).replace(Digest.PREFIX, "");
    assertThat(agents.getFirst().data().resolve("files").resolve(name)).exists();
    shop.throttle(SLOW_KILOBITS);
    shop.throttleWithin(SLOW_KILOBITS);

    hub.cli("assign", "payload@3", "--fleet", "shops");
    Await.untilTrue(
        LIMIT,
        () ->
            "all to have some of the bundle; " + others.stream().map(it -> had(it, name)).toList(),
        () -> others.stream().allMatch(it -> part(it, name) > bundle.bytes() / 8));
    hub.kill();
    others.getLast().kill();
    assertThat(others).allMatch(it -> part(it, name) < bundle.bytes());
    others.getLast().startAgain();
    shop.throttleWithin(LAN_KILOBITS);

    Await.untilTrue(
        LIMIT,
        () -> "all to be live; " + others.getLast().process().tail(),
        () -> all(others, "\"liveVersion\":\"3\""));
    assertThat(others).allSatisfy(it -> assertThat(it.data().resolve("files/" + name)).exists());
    assertThat(hub.process().isAlive()).isFalse();

    hub.startAgain();
    await("3", agents.size());
  }

  private BundleRow bundle(String target, String base) throws Exception {
    try (HubClient client = hub.client()) {
      return client.list(BundleRow.class, "/bundles").stream()
          .filter(row -> row.target().equals(target) && base.equals(row.base()))
          .findFirst()
          .orElseThrow();
    }
  }

  /// Bytes of a content that has not come to its end; 0 when it is whole, or none of it is here.
  private static long part(RunningAgent agent, String content) {
    return agent.data().resolve("files").resolve(content + ".part").toFile().length();
  }

  private static String had(RunningAgent agent, String content) {
    boolean isWhole = Files.exists(agent.data().resolve("files").resolve(content));
    return part(agent, content)
        + (isWhole ? ", whole: " : ", not whole: ")
        + agent.process().tail();
  }

  private static boolean all(List<RunningAgent> agents, String say) throws Exception {
    for (RunningAgent agent : agents) {
      if (!agent.look("status", "--json").contains(say)) {
        return false;
      }
    }
    return true;
  }

  /// The process that makes a bundle for the hub.
  private ProcessHandle maker() throws InterruptedException {
    ProcessHandle running = ProcessHandle.of(hub.process().pid()).orElseThrow();
    AtomicReference<ProcessHandle> maker = new AtomicReference<>();
    Await.untilTrue(
        LIMIT,
        () -> "the hub to make a bundle; " + hub.process().tail(),
        () -> {
          try (Stream<ProcessHandle> all = running.descendants()) {
            all.filter(DeadHubIT::isMaking).findFirst().ifPresent(maker::set);
          }
          return maker.get() != null;
        });
    return Objects.requireNonNull(maker.get());
  }

  private static boolean isMaking(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"))
          .contains(MakingProcess.class.getName());
    } catch (IOException e) {
      return false;
    }
  }

  private void signal(String which, ProcessHandle process) throws Exception {
    List<String> words = List.of("kill", which, Long.toString(process.pid()));
    Command.run(words, Map.of(), folder, LIMIT).orThrow();
  }

  private void await(String version, int devices) throws Exception {
    try (HubClient client = hub.client()) {
      Await.untilTrue(
          LIMIT,
          () -> "payload@" + version + " on " + devices + "; " + agents.getLast().process().tail(),
          () ->
              client.list(DeviceRow.class, "/devices").stream()
                      .flatMap(it -> it.applications().stream())
                      .filter(it -> it.name().equals("payload") && version.equals(it.live()))
                      .count()
                  >= devices);
    }
  }

  /// Half of it is the same in each version.
  private void push(String version, int seed) throws Exception {
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(0).nextBytes(payload);
    byte[] half = new byte[PAYLOAD_BYTES / 2];
    new Random(seed).nextBytes(half);
    System.arraycopy(half, 0, payload, half.length, half.length);
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
