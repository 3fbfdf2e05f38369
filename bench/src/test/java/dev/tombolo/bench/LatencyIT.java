package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Ports;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.DeviceRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The gate for latency: a release that answers rightly but too late is back on the one before, and
/// everybody is told how late, and how late it may be.
@Tag("slow")
class LatencyIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final Pattern LATE =
      Pattern.compile(
          "Probe answers was answered too late: it took ([4-9][0-9]{2}|[1-9][0-9]{3,}) ms, and its"
              + " release allows"
              + " 300 ms");

  @TempDir Path folder;

  @Test
  void aReleaseThatAnswersTooLateIsTakenBackByItsRollout() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub, "1", 0, "20s");
      hub.cli("assign", "server@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of())) {
        try {
          Await.untilTrue(
              LIMIT,
              () -> "version 1 is live; " + agent.process().tail(),
              () -> agent.look("status", "--json").contains("\"phase\":\"live\""));

          push(hub, "2", 400, "300ms");
          hub.cli("rollout", "create", "server@2", "--fleet", "shops");

          try (HubClient client = hub.client()) {
            String id = client.list(DeviceRow.class, "/devices").getFirst().device();
            Await.untilTrue(
                LIMIT,
                () -> "the reason at the hub; " + agent.process().tail(),
                () -> {
                  String why = hub.look("why", id);
                  return why.contains("Rollout r1 failed here") && LATE.matcher(why).find();
                });
          }
          assertThat(agent.cli("why").out()).containsPattern(LATE).contains("rolled back");
          assertThat(agent.cli("status", "--json").out()).contains("\"liveVersion\":\"1\"");
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  private static void push(RunningHub hub, String version, int late, String allowed)
      throws Exception {
    Path release = Files.createDirectories(hub.folder().resolve("server-" + version));
    Files.writeString(release.resolve("version.txt"), version + "\n");
    int port = Ports.next();
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: server, version: "%s"}
        spec:
          kind: app
          variants:
            - files: [{from: version.txt}]
              workload:
                type: process
                argv: [%s, -XX:TieredStopAtLevel=1, -cp, %s, %s, "${work.dir}", "%d", "%d"]
                probes:
                  - {name: answers, every: 1s, timeout: 20s, maxLatency: %s, http: {port: %d, path: /healthz}}
                startup: 20s
                soak: 1s
                stopGrace: 6s
        """
            .formatted(
                version,
                hub.distributions().java(),
                ReloadingServer.classes(),
                ReloadingServer.class.getName(),
                port,
                late,
                allowed,
                port));
  }
}
