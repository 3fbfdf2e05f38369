package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.FakeClock;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.Surroundings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A release is staged by day and switched to at night, by real processes: by a rollout's permit,
/// with the line cut and the hub gone, and a wall clock that somebody sets.
@Tag("slow")
class WindowIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);

  /// The window opens that much later, or up to a minute less: all that is done before must be over
  /// by then on a busy machine too.
  private static final Duration AHEAD = Duration.ofSeconds(200);

  private static final String SLOT = "store-1/counter-1";

  @TempDir Path folder;

  @Test
  void aPermitIsUsedInTheWindowWithTheLineDown() throws Exception {
    FakeClock clock = FakeClock.in(folder.resolve("agent-clock"), Duration.ZERO);
    try (RunningHub hub = RunningHub.start(folder, Surroundings.USUAL, List.of());
        Line line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()))) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Etc/UTC}");
      hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
      CounterShop.push(hub, "1", 1_000);
      CounterShop.push(hub, "2", 2_000);
      hub.cli("assign", "counter@1", "--fleet", "shops");
      try (RunningAgent agent =
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent"),
              hub.token(
                  "--fleet", "shops", "--slot", SLOT, "--endpoint", "localhost:" + line.port()),
              List.of("link.backoffMaxSeconds=1"),
              clock.around())) {
        awaitWhy(agent, "", "\"liveVersion\":\"1\"");

        Instant opens = Instant.now().plus(AHEAD).truncatedTo(ChronoUnit.MINUTES);
        hub.apply(
            "Site",
            "store-1",
            "{fleet: shops, timeZone: Etc/UTC, windows: {switch: [\"" + hours(opens) + "\"]}}");
        hub.cli("rollout", "create", "counter@2", "--fleet", "shops");
        String opensAt = LocalTime.ofInstant(opens, ZoneOffset.UTC).toString();
        awaitPermit(agent, opensAt);
        awaitToldAtTheHub(hub, opensAt);

        line.set(new LineMode.Cut());
        line.breakConnections();
        awaitToldAtTheHub(hub, opensAt);
        hub.stop();
        // Somebody sets the clock to a moment within the window.
        clock.set(Duration.ofMinutes(10));
        awaitWhy(agent, "is not sure", "");
        assertThat(agent.cli("status", "--json").out()).contains("\"liveVersion\":\"1\"");
        clock.set(Duration.ZERO);

        awaitWhy(agent, "", "\"liveVersion\":\"2\"");
        assertThat(Instant.now()).isAfterOrEqualTo(opens);

        hub.startAgain();
        awaitCounted(hub);
        line.set(new LineMode.Open());
        Await.untilTrue(
            LIMIT,
            () -> "the hub hears of it; " + hub.process().tail(),
            () -> hub.look("why", SLOT).contains("Everything wanted is live"));
        Await.untilTrue(
            LIMIT,
            () -> "it counts as succeeded; " + hub.process().tail(),
            () -> hub.look("rollout", "show", "r1").contains("done: all 1 got it"));
        agent.endWorkloads();
      }
    }
  }

  private static String hours(Instant opens) {
    LocalTime from = LocalTime.ofInstant(opens, ZoneOffset.UTC);
    return from + "-" + from.plusHours(2);
  }

  /// Nothing holds the switch any more but the window.
  private static void awaitPermit(RunningAgent agent, String opensAt) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "a permit; " + agent.process().tail(),
        () -> {
          String why = agent.cli("why").out();
          return why.contains("which opens")
              && why.contains(opensAt)
              && !why.contains("waits for a permit");
        });
  }

  /// A device tells what it waits for a little after it does.
  private static void awaitToldAtTheHub(RunningHub hub, String opensAt)
      throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "the hub to know that the device waits with leave; " + hub.process().tail(),
        () -> {
          String why = hub.look("why", SLOT);
          return why.contains("which opens")
              && why.contains(opensAt)
              && why.contains("It has leave of rollout r1 to switch");
        });
    awaitCounted(hub);
  }

  /// How waves stand is written down once a second.
  private static void awaitCounted(RunningHub hub) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "the device to be counted; " + hub.process().tail(),
        () -> hub.look("rollout", "show", "r1").contains("0 of 1, 1 switching"));
  }

  /// What `why` and `status` say together, from the device's disk.
  private static void awaitWhy(RunningAgent agent, String words, String text)
      throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> words + text + "; " + agent.process().tail(),
        () -> {
          String said = agent.cli("why").out() + agent.cli("status", "--json").out();
          return said.contains(words) && said.contains(text);
        });
  }
}
