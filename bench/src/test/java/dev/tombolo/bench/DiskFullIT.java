package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Full disks, made of tmpfs mounts (needs root): nothing that runs stops, nothing that was
/// promised is lost, and it goes on by itself once there is room.
@Tag("slow")
class DiskFullIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int MEGABYTE = 1024 * 1024;
  private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

  @TempDir Path folder;
  private final List<Path> mounted = new ArrayList<>();

  @AfterEach
  void unmount() throws Exception {
    for (Path mount : mounted) {
      run("umount", "-l", mount.toString());
    }
  }

  @Test
  void aFullDeviceGoesOnAndCatchesUpOnceThereIsRoom() throws Exception {
    Path data = tmpfs("agent", 24);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      push(hub, "2", 40 * MEGABYTE);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent = RunningAgent.join(hub.distributions(), data, token, List.of())) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          String pid = pid(agent);

          hub.cli("assign", "counter@2", "--fleet", "shops");
          awaitStatus(agent, "\"code\":\"disk-full\"");

          assertThat(agent.cli("why").out()).contains("disk");
          assertThat(pid(agent)).isEqualTo(pid);
          assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();
          run("mount", "-o", "remount,size=120m", data.toString());
          awaitStatus(agent, "\"liveVersion\":\"2\"");
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  @Test
  void aDeviceThatCanSaveNothingSaysSoAtOnceAndRunsOn() throws Exception {
    Path data = tmpfs("agent", 24);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      push(hub, "2", 1001);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent = RunningAgent.join(hub.distributions(), data, token, List.of())) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          assertThat(agent.cli("status", "--json").out()).contains("\"saves\":true");
          String pid = pid(agent);

          Path ballast = fill(data.resolve("ballast"));
          awaitStatus(agent, "\"saves\":false,\"lineUp\":false");

          assertThat(agent.cli("why").out())
              .startsWith("device: The disk of ")
              .contains(" is full");
          assertThat(agent.cli("status").out()).contains("why       The disk of ");
          assertThat(pid(agent)).isEqualTo(pid);
          assertThat(ProcessHandle.of(Long.parseLong(pid))).isPresent();
          Files.delete(ballast);
          awaitStatus(agent, "\"saves\":true,\"lineUp\":true");
          hub.cli("assign", "counter@2", "--fleet", "shops");
          awaitStatus(agent, "\"liveVersion\":\"2\"");
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  @Test
  void aDeviceThatCannotSaveRefusesResultsAndTakesEachOnceWhenThereIsRoom() throws Exception {
    Path data = tmpfs("agent", 24);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(), data, token, List.of("link.backoffMaxSeconds=3"))) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          awaitAtTheHub(hub, 5);
          String pid = pid(agent);

          Path ballast = fill(data.resolve("ballast"));
          Await.untilTrue(
              LIMIT,
              () -> "an agent that cannot save; " + agent.process().tail(),
              () -> agent.process().tail().contains("cannot save what it decides"));
          Files.delete(ballast);
          Await.untilTrue(
              LIMIT,
              () -> "an agent that saves again; " + agent.process().tail(),
              () -> agent.process().tail().contains("saves again"));

          long kept = accepted(agent);
          Await.untilTrue(
              LIMIT, () -> "more results kept on the device", () -> accepted(agent) > kept + 20);
          long last = accepted(agent);
          awaitAtTheHub(hub, last);
          String rows = hub.cli("results", "tail", "--last", "1000", "--json");
          for (long n = 1; n <= last; n++) {
            assertThat(Pattern.compile("n\\\\*\":" + n + "[^0-9]").matcher(rows).results().count())
                .as("number %d at the hub", n)
                .isEqualTo(1);
          }
          assertThat(pid(agent)).isEqualTo(pid);
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  @Test
  void anAgentStartsOnAFullDiskAndItsWorkloadsWithIt() throws Exception {
    Path data = tmpfs("agent", 24);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(), data, token, List.of("link.backoffMaxSeconds=3"))) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          awaitAtTheHub(hub, 5);
          Path ballast = fill(data.resolve("ballast"));

          // As after a power cut: nobody runs, and the kernel has forgotten all.
          agent.kill();
          agent.endWorkloads();
          fill(data.resolve("more-ballast"));
          agent.startAgain();

          Await.untilTrue(
              LIMIT,
              () -> "the workload runs; " + agent.process().tail(),
              () -> agent.process().tail().contains("application=counter pid="));
          long kept = accepted(agent);
          Files.delete(ballast);
          Files.delete(data.resolve("more-ballast"));
          Await.untilTrue(
              LIMIT,
              () -> "results kept on the device; " + agent.process().tail(),
              () -> accepted(agent) > kept + 20);
          awaitAtTheHub(hub, accepted(agent));
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  @Test
  void aFullHubLosesNothingItAcknowledgedAndTakesTheRestLater() throws Exception {
    Path data = tmpfs("hub", 32);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent"),
              token,
              List.of("link.backoffMaxSeconds=3"))) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          awaitAtTheHub(hub, 5);

          Path ballast = fill(data.resolve("ballast"));
          long kept = accepted(agent);
          Await.untilTrue(
              LIMIT, () -> "more results kept on the device", () -> accepted(agent) > kept + 40);
          Await.untilTrue(
              LIMIT,
              () -> "results waiting on the device; " + hub.process().tail(),
              () -> waiting(agent) > 20);
          Files.delete(ballast);

          awaitAtTheHub(hub, accepted(agent));
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  /// Every number up to this one is at the hub.
  private static void awaitAtTheHub(RunningHub hub, long last) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "results 1 to " + last + " at the hub; " + hub.process().tail(),
        () -> {
          String rows = hub.cli("results", "tail", "--last", "1000", "--json");
          for (long n = 1; n <= last; n++) {
            if (!Pattern.compile("n\\\\*\":" + n + "[^0-9]").matcher(rows).find()) {
              return false;
            }
          }
          return true;
        });
  }

  private static long accepted(RunningAgent agent) throws IOException {
    Path file = agent.data().resolve("apps/counter/work/accepted");
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  private static long waiting(RunningAgent agent) throws Exception {
    Matcher waiting =
        Pattern.compile("\"waiting\":([0-9]+)").matcher(agent.cli("status", "--json").out());
    return waiting.find() ? Long.parseLong(waiting.group(1)) : 0;
  }

  private static void awaitStatus(RunningAgent agent, String text) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> text + "; " + agent.process().tail(),
        () -> agent.cli("status", "--json").out().contains(text));
  }

  private static String pid(RunningAgent agent) throws Exception {
    Matcher pid = PID.matcher(agent.cli("status", "--json").out());
    assertThat(pid.find()).isTrue();
    return pid.group(1);
  }

  /// A workload that counts, hands each number in, and notes those that were taken.
  private static void push(RunningHub hub, String version, int bytes) throws Exception {
    Path release = Files.createDirectories(hub.folder().resolve("counter-" + version));
    byte[] payload = new byte[bytes];
    new Random(bytes).nextBytes(payload);
    Files.write(release.resolve("payload.bin"), payload);
    Files.writeString(
        release.resolve("serve.sh"),
        """
        n=1
        while :; do
          if curl -s -f -m 5 -o /dev/null -d "{\\"n\\":$n}" "$1"; then
            echo $n >>accepted
            n=$((n + 1))
          fi
          sleep 0.1
        done
        """);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: counter, version: "%s"}
        spec:
          kind: app
          variants:
            - files: [{from: serve.sh}, {from: payload.bin}]
              workload:
                type: process
                argv: [/bin/sh, "${release.dir}/serve.sh", "${loopback.url}"]
                startup: 20s
                soak: 1s
                stopGrace: 2s
        """
            .formatted(version));
  }

  /// Writes until no byte fits any more.
  private static Path fill(Path ballast) throws IOException {
    byte[] piece = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
    return ballast;
  }

  private Path tmpfs(String name, int megabytes) throws Exception {
    Path mount = Files.createDirectories(folder.resolve(name));
    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tombolo", mount.toString());
    mounted.add(mount);
    return mount;
  }

  private void run(String... argv) throws Exception {
    Command.run(List.of(argv), Map.of(), folder, LIMIT).orThrow();
  }
}
