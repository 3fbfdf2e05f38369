package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A line that stalls is not a line that is down.
@Tag("slow")
class StallIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /// Longer than hub (1.5 x 15 s) and agent (2 x 15 s) wait for a sign of life.
  private static final Duration STALLED = Duration.ofSeconds(34);

  @TempDir Path folder;

  @Test
  void stallsAtEveryByteDoNotBreakTheSession() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      SmallRelease.push(hub, "1");
      SmallRelease.push(hub, "2");
      hub.cli("assign", "small@1", "--fleet", "shops");
      try (Line line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()))) {
        String token =
            hub.token(
                "--fleet", "shops", "--site", "store-1", "--endpoint", "localhost:" + line.port());
        try (RunningAgent agent =
            RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of())) {
          awaitLive(agent, "1");
          String before = Files.readString(folder.resolve("agent.log"));

          line.set(new LineMode.Stall(1000, 5000, 1));
          hub.cli("assign", "small@2", "--fleet", "shops");
          long end = System.nanoTime() + STALLED.toNanos();
          Await.untilTrue(LIMIT, () -> "the stall to last", () -> System.nanoTime() > end);
          line.set(new LineMode.Open());
          awaitLive(agent, "2");

          assertThat(Files.readString(folder.resolve("agent.log")).substring(before.length()))
              .doesNotContain("is down")
              .doesNotContain("is up");
        }
      }
    }
  }

  private static void awaitLive(RunningAgent agent, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "small@" + version + " live; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"" + version + "\""));
  }
}
