package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A live workload that hangs (its process is stopped by SIGSTOP) is started again.
@Tag("slow")
class LivenessIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final String WHY = "is restarted, because probe answers failed 3 times in a row";

  @TempDir Path folder;

  @Test
  void aWorkloadThatHangsIsStartedAgainAndEverybodyIsTold() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      push(hub);
      hub.cli("assign", "server@1", "--fleet", "shops");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of())) {
        try {
          awaitStatus(agent, "\"phase\":\"live\"");
          String hung = pid(agent);
          String id;

          Command.run(List.of("kill", "-STOP", hung), Map.of(), folder, LIMIT).orThrow();
          try (HubClient client = hub.client()) {
            id = client.list(DeviceRow.class, "/devices").getFirst().device();
            Await.untilTrue(
                LIMIT,
                () -> "the reason at the hub; " + agent.process().tail(),
                () -> client.getText("/devices/" + id + "/why").contains(WHY));
          }
          // It is so until the grace of what hangs is over.
          assertThat(agent.look("why")).contains(WHY);
          Await.untilTrue(
              LIMIT, () -> "another process", () -> !List.of("0", hung).contains(pid(agent)));
          awaitStatus(agent, "\"code\":\"up-to-date\"");

          assertThat(agent.cli("status", "--json").out()).contains("\"phase\":\"live\"");
          String printed = "loads version 1\nloads version 1\n";
          assertThat(hub.cli("logs", id, "server")).isEqualTo(printed);
          assertThat(agent.cli("logs", "server").out()).isEqualTo(printed);
          assertThat(hub.tryCli("logs", id, "sever").err()).contains("no application 'sever' here");
        } finally {
          agent.endWorkloads();
        }
      }
    }
  }

  private static void push(RunningHub hub) throws Exception {
    Path release = Files.createDirectories(hub.folder().resolve("server-1"));
    Files.writeString(release.resolve("version.txt"), "1\n");
    int port = Ports.next();
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: server, version: "1"}
        spec:
          kind: app
          variants:
            - files: [{from: version.txt}]
              workload:
                type: process
                argv: [%s, -XX:TieredStopAtLevel=1, -cp, %s, %s, "${work.dir}", "%d"]
                probes:
                  - {name: answers, every: 1s, timeout: 5s, http: {port: %d, path: /healthz}}
                startup: 20s
                soak: 1s
                stopGrace: 20s
        """
            .formatted(
                hub.distributions().java(),
                ReloadingServer.classes(),
                ReloadingServer.class.getName(),
                port,
                port));
  }

  private static void awaitStatus(RunningAgent agent, String words) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> words + "; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains(words));
  }

  private static String pid(RunningAgent agent) throws Exception {
    String status = agent.look("status", "--json");
    Matcher pid = Pattern.compile("\"pid\":([0-9]+)").matcher(status);
    assertThat(pid.find()).as(status).isTrue();
    return pid.group(1);
  }
}
