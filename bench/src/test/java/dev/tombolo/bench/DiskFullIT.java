package dev.tombolo.bench;

import static dev.tombolo.bench.CounterShop.LIMIT;
import static dev.tombolo.bench.CounterShop.MEGABYTE;
import static dev.tombolo.bench.CounterShop.accepted;
import static dev.tombolo.bench.CounterShop.awaitAtTheHub;
import static dev.tombolo.bench.CounterShop.awaitStatus;
import static dev.tombolo.bench.CounterShop.numbers;
import static dev.tombolo.bench.CounterShop.pid;
import static dev.tombolo.bench.CounterShop.push;
import static dev.tombolo.bench.CounterShop.waiting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Full disks, made of tmpfs mounts (needs root): nothing that runs stops, nothing that was
/// promised is lost, and it goes on by itself once there is room.
@Tag("slow")
class DiskFullIT {
  private static final Pattern STARTED = Pattern.compile("pid=([0-9]+) started");

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
          agent.process().awaitLine("cannot save what it decides", 0, LIMIT);
          Files.delete(ballast);
          agent.process().awaitLine("saves again", 0, LIMIT);

          long kept = accepted(agent);
          Await.untilTrue(
              LIMIT, () -> "more results kept on the device", () -> accepted(agent) > kept + 20);
          long last = accepted(agent);
          awaitAtTheHub(hub, last);
          assertThat(numbers(hub)).doesNotHaveDuplicates();
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
          long from = agent.process().written();
          agent.startAgain();

          agent.process().awaitLine("application=counter pid=", from, LIMIT);
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

  /// While the new version is fetched, between staging and switch, and when it has switched and is
  /// about to be probed and reported.
  @ParameterizedTest
  @EnumSource
  void aDiskThatFillsUpInTheMidstOfAChangeStopsNothing(Moment moment) throws Exception {
    Path data = tmpfs("agent", 24);
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 1000);
      push(hub, "2", 2 * MEGABYTE);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(), data, token, List.of("link.backoffMaxSeconds=3"))) {
        try {
          awaitStatus(agent, "\"liveVersion\":\"1\"");
          awaitAtTheHub(hub, 5);
          Path live = data.resolve("apps/counter/current").toRealPath();

          hub.cli("assign", "counter@2", "--fleet", "shops");
          await(moment, data, live);
          Path ballast = fill(data.resolve("ballast"));
          awaitFullOrDone(agent);

          Await.untilTrue(
              LIMIT,
              () -> "a workload that runs; " + agent.process().tail(),
              () -> ProcessHandle.of(lastStarted(agent)).isPresent());
          Files.delete(ballast);
          awaitStatus(agent, "\"liveVersion\":\"2\"");
          awaitAtTheHub(hub, accepted(agent));
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  private enum Moment {
    FETCHED_IN_PART,
    STAGED,
    SWITCHED
  }

  /// Such a moment lasts a few milliseconds, so nobody sleeps.
  private static void await(Moment moment, Path data, Path live) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!isAt(moment, data, live)) {
      assertThat(System.nanoTime()).as("until %s", moment).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isAt(Moment moment, Path data, Path live) throws IOException {
    return switch (moment) {
      case FETCHED_IN_PART -> holds(data.resolve("files"), it -> it.endsWith(".part"));
      case STAGED ->
          holds(
              data.resolve("releases"),
              it -> !it.endsWith(".tmp") && !it.equals(live.getFileName().toString()));
      case SWITCHED -> {
        Path current = data.resolve("apps/counter/current");
        yield Files.exists(current) && !current.toRealPath().equals(live);
      }
    };
  }

  private static boolean holds(Path folder, Predicate<String> name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).anyMatch(name);
    }
  }

  /// By what the agent prints: what it could not save, `status` does not know.
  private static long lastStarted(RunningAgent agent) throws IOException {
    return STARTED
        .matcher(Files.readString(agent.data().resolveSibling(agent.data().getFileName() + ".log")))
        .results()
        .mapToLong(it -> Long.parseLong(it.group(1)))
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static void awaitFullOrDone(RunningAgent agent) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "an agent that says that its disk is full, or is through; " + agent.process().tail(),
        () -> {
          String status = agent.look("status", "--json");
          return status.contains("\"saves\":false")
              || status.contains("\"code\":\"disk-full\"")
              || status.contains("\"liveVersion\":\"2\"");
        });
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
