package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.ApplicationState;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutRow;
import dev.tombolo.hub.http.api.RolloutWaveRow;
import dev.tombolo.hub.http.api.WhyAnswer;
import dev.tombolo.hub.http.api.WhyCause;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rollouts with real agents in many shops, some of them dark. The release that goes bad passes at
/// the canary and fails at a shop of wave 2: wave 3 never sees it, waves 1 and 2 go back, dark ones
/// never get it.
@Tag("slow")
class RolloutIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int SITES = 10;
  private static final int AGENTS_OF_SITE = 3;

  /// All agents of these sites are off: two are of wave 2, three of the rest.
  private static final List<Integer> DARK_SITES = List.of(7, 8, 9, 1, 3);

  private static final String PROBE =
      """
      #!/bin/sh
      [ "$(cat "$TOMBOLO_CURRENT/version.txt")" != 2 ] || [ "$1" != frail ]
      """;

  @TempDir Path folder;
  private final Map<String, RunningAgent> agents = new TreeMap<>();

  @AfterEach
  void end() {
    agents.values().forEach(RunningAgent::close);
    agents.values().forEach(RunningAgent::endWorkloads);
  }

  @Test
  void aBadReleaseIsStoppedInWaveTwoAndTakenBack() throws Exception {
    try (RunningHub hub = RunningHub.start(Files.createDirectory(folder.resolve("hub")))) {
      shops(hub);
      push(hub, "1");
      push(hub, "2");
      push(hub, "3");
      hub.cli("assign", "model@1", "--fleet", "shops");
      awaitAll(hub, "1", agents.size());
      List<String> dark = new ArrayList<>();
      for (int site : DARK_SITES) {
        for (int slot = 1; slot <= AGENTS_OF_SITE; slot++) {
          dark.add("store-" + site + "/counter-" + slot);
          agent(dark.getLast()).stop();
        }
      }

      hub.cli(
          "rollout",
          "create",
          "model@2",
          "--fleet",
          "shops",
          "--wave",
          "canary=store-0/counter-1",
          "--wave",
          "early=@tier=early",
          "--healthy",
          "100",
          "--abort-percent",
          "5",
          "--per-site",
          "2",
          "--roll-back");

      await(hub, "r1", "rolled-back");
      // How waves stand is written down once a second.
      Await.untilTrue(
          LIMIT,
          () -> "all back, and who failed is counted: " + told(hub, "r1"),
          () ->
              detail(hub, "r1").outstanding().isEmpty()
                  && wave(detail(hub, "r1").rollout(), "early").failed() > 0);
      RolloutRow ended = detail(hub, "r1").rollout();
      assertThat(wave(ended, "canary").isOpen()).isTrue();
      assertThat(wave(ended, "early").isOpen()).isTrue();
      assertThat(wave(ended, "early").failed()).isPositive();
      // Devices know digests; the hub says versions.
      assertThat(detail(hub, "r1").failed())
          .allSatisfy(
              it ->
                  assertThat(it.words())
                      .startsWith("Release model@2 was rolled back to model@1 because: "));
      assertThat(wave(ended, "rest").isOpen()).isFalse();
      assertThat(wave(ended, "rest").succeeded()).isZero();
      awaitAll(hub, "1", agents.size() - dark.size());
      for (Map.Entry<String, RunningAgent> agent : agents.entrySet()) {
        if (isOfRest(agent.getKey()) || dark.contains(agent.getKey())) {
          assertThat(has(agent.getValue(), "2")).as(agent.getKey()).isFalse();
        }
      }

      // Who was dark comes back, and never hears of it.
      for (String slot : dark) {
        agent(slot).startAgain();
      }
      awaitAll(hub, "1", agents.size());
      for (String slot : dark) {
        assertThat(has(agent(slot), "2")).as(slot).isFalse();
      }

      // A good one reaches all but who is dark, says so, and completes when they are back.
      agent(dark.getFirst()).stop();
      hub.cli(
          "rollout",
          "create",
          "model@3",
          "--fleet",
          "shops",
          "--wave",
          "canary=store-0/counter-1+store-1/counter-1+store-2/counter-1",
          "--per-site",
          "0");
      Await.untilTrue(
          LIMIT,
          () -> "done but for one: " + told(hub, "r2"),
          () -> detail(hub, "r2").rollout().words().startsWith("done but for 1 not reached"));
      Await.untilTrue(
          LIMIT,
          () -> "the hub to say why: " + told(hub, "r2"),
          () -> why(hub, dark.getFirst()).containsAll(List.of("not-reached", "rollout-staging")));
      agent(dark.getFirst()).startAgain();
      await(hub, "r2", "completed");
      awaitAll(hub, "3", agents.size());
    }
  }

  private void shops(RunningHub hub) throws IOException, InterruptedException {
    hub.prepare("shops");
    for (int site = 0; site < SITES; site++) {
      String tier = site > 0 && site <= 4 ? "early" : "late";
      Path yaml = folder.resolve("site.yaml");
      StringBuilder objects = new StringBuilder();
      objects.append(
          """
          apiVersion: tombolo.dev/v1
          kind: Site
          metadata: {name: store-%d, labels: {tier: %s}}
          spec: {fleet: shops, timeZone: Europe/Berlin}
          """
              .formatted(site, tier));
      for (int slot = 1; slot <= AGENTS_OF_SITE; slot++) {
        objects.append(
            """
            ---
            apiVersion: tombolo.dev/v1
            kind: DeviceSlot
            metadata: {name: counter-%d}
            spec: {site: store-%d, parameters: {model: {kind: %s}}}
            """
                .formatted(slot, site, site == 2 ? "frail" : "sturdy"));
      }
      Files.writeString(yaml, objects);
      hub.cli("apply", "-f", yaml.toString());
    }
    for (int site = 0; site < SITES; site++) {
      String token = hub.token("--fleet", "shops", "--site", "store-" + site, "--uses", "3");
      for (int slot = 1; slot <= AGENTS_OF_SITE; slot++) {
        String ref = "store-" + site + "/counter-" + slot;
        agents.put(
            ref,
            RunningAgent.join(
                hub.distributions(),
                folder.resolve("store-" + site + "-" + slot),
                token,
                List.of()));
      }
    }
  }

  private static boolean isOfRest(String slot) {
    int site = Integer.parseInt(slot.substring("store-".length(), slot.indexOf('/')));
    return site > 4 || (site == 0 && !slot.endsWith("counter-1"));
  }

  private static void push(RunningHub hub, String version) throws Exception {
    Path release = Files.createDirectories(hub.folder().resolve("model-" + version));
    Files.writeString(release.resolve("version.txt"), version + "\n");
    script(release.resolve("probe.sh"), PROBE);
    script(release.resolve("serve.sh"), "#!/bin/sh\nexec sleep 100000\n");
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: model, version: "%s"}
        spec:
          kind: model
          variants:
            - files:
                - {from: version.txt}
                - {from: probe.sh, executable: true}
                - {from: serve.sh, executable: true}
              parameters: [{name: kind, type: text, default: sturdy}]
              workload:
                type: process
                argv: ["${release.dir}/serve.sh"]
                probes:
                  - {name: golden, every: 1s, timeout: 10s, exec: ["${release.dir}/probe.sh", "${param.kind}"]}
                startup: 10s
                soak: 1s
        """
            .formatted(version));
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static RolloutDetail detail(RunningHub hub, String id) throws IOException {
    try (HubClient client = hub.client()) {
      return client.get(RolloutDetail.class, "/rollouts/" + id);
    }
  }

  private static String told(RunningHub hub, String id) {
    try {
      Command shown = hub.tryCli("rollout", "show", id);
      return shown.out() + shown.err();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private static RolloutRow await(RunningHub hub, String id, String state)
      throws InterruptedException {
    return Await.until(
        LIMIT,
        () -> id + " " + state + ": " + told(hub, id),
        () -> {
          RolloutRow row = detail(hub, id).rollout();
          return row.state().equals(state) ? row : null;
        });
  }

  private static RolloutWaveRow wave(RolloutRow row, String name) {
    return row.waves().stream().filter(wave -> wave.name().equals(name)).findFirst().orElseThrow();
  }

  private static void awaitAll(RunningHub hub, String version, int atLeast)
      throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> atLeast + " live with " + version + ": " + lives(hub),
        () -> lives(hub).values().stream().filter(version::equals).count() >= atLeast);
  }

  private static Map<String, String> lives(RunningHub hub) {
    try (HubClient client = hub.client()) {
      Map<String, String> lives = new TreeMap<>();
      for (DeviceRow device : client.list(DeviceRow.class, "/devices")) {
        for (ApplicationState state : device.applications()) {
          String live = state.live();
          lives.put(device.slot(), live == null ? "" : live);
        }
      }
      return lives;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> why(RunningHub hub, String slot) throws IOException {
    try (HubClient client = hub.client()) {
      WhyAnswer answer = client.get(WhyAnswer.class, "/devices/" + HubClient.escape(slot) + "/why");
      return answer.causes().stream().map(WhyCause::code).toList();
    }
  }

  /// Whether the release's files have come to the device, in whatever folder.
  private static boolean has(RunningAgent agent, String version) throws IOException {
    AtomicBoolean found = new AtomicBoolean();
    Files.walkFileTree(
        agent.data(),
        new Folders.Changing() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()
                && attributes.size() == 2
                && Files.readString(file).equals(version + "\n")) {
              found.set(true);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return found.get();
  }

  private RunningAgent agent(String slot) {
    return Objects.requireNonNull(agents.get(slot), () -> "no agent in " + slot);
  }
}
