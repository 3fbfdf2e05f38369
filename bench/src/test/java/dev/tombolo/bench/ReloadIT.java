package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Ports;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A changed model reaches a running workload as its publisher declared: by signal, HTTP call or
/// command. One that the workload does not take is rolled back, and `why` says so.
@Tag("slow")
class ReloadIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /// Loads at the start and at each USR1; cannot load a bad version.
  private static final String SERVE =
      """
      #!/bin/sh
      load() {
        version=$(cat "$TOMBOLO_CURRENT/version.txt")
        case $version in bad*) echo "cannot load $version"; exit 9 ;; esac
        echo "$version" >"$1/loaded.new" && mv "$1/loaded.new" "$1/loaded"
      }
      trap "load $1" USR1
      load "$1"
      while :; do sleep 0.1; done
      """;

  /// What the command tells a workload that has no ears of its own.
  private static final String TELL =
      """
      #!/bin/sh
      version=$(cat "$TOMBOLO_CURRENT/version.txt")
      case $version in bad*) echo "cannot load $version"; exit 1 ;; esac
      echo "$version" >"$1/loaded.new" && mv "$1/loaded.new" "$1/loaded"
      """;

  /// Passes when what is loaded is what is current.
  private static final String PROBE =
      """
      #!/bin/sh
      cmp "$1/loaded" "$TOMBOLO_CURRENT/version.txt"
      """;

  @TempDir static Path folder;
  private static RunningHub hub;
  private static RunningAgent agent;

  @BeforeAll
  static void start() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    String token = hub.token("--fleet", "shops", "--site", "store-1");
    agent = RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of());
  }

  @AfterAll
  static void end() {
    if (agent != null) {
      agent.close();
      agent.endWorkloads();
    }
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void bySignal() throws Exception {
    String workload =
        """
        argv: ["${release.dir}/serve.sh", "${work.dir}"]
                reload: {signal: USR1}
        """;

    takesOnAndRollsBack("by-signal", workload, "cannot load bad");
  }

  @Test
  void byHttp() throws Exception {
    int port = Ports.next();
    String workload =
        """
        argv: [%s, -XX:TieredStopAtLevel=1, -cp, %s, %s, "${work.dir}", "%d"]
                reload: {http: {port: %d, path: /reload}}
        """
            .formatted(
                hub.distributions().java(),
                ReloadingServer.classes(),
                ReloadingServer.class.getName(),
                port,
                port);

    takesOnAndRollsBack("by-http", workload, "answered 500");
  }

  @Test
  void byCommand() throws Exception {
    String workload =
        """
        argv: ["${release.dir}/serve.sh", "${work.dir}"]
                reload: {command: ["${release.dir}/tell.sh", "${work.dir}"]}
        """;

    takesOnAndRollsBack("by-command", workload, "exit code 1: cannot load bad");
  }

  private static void takesOnAndRollsBack(String name, String workload, String why)
      throws Exception {
    push(name, "1", workload);
    push(name, "2", workload);
    push(name, "bad", workload);
    hub.cli("assign", name + "@1", "--fleet", "shops");
    awaitStatus(name, "\"phase\":\"live\"", "\"liveVersion\":\"1\"");
    String pid = pid(name);

    hub.cli("assign", name + "@2", "--fleet", "shops");
    awaitStatus(name, "\"phase\":\"live\"", "\"liveVersion\":\"2\"");

    assertThat(pid(name)).as("taken on without a restart").isEqualTo(pid);
    assertThat(loaded(name)).isEqualTo("2\n");

    hub.cli("assign", name + "@bad", "--fleet", "shops");
    awaitStatus(name, "\"phase\":\"rolled-back\"", "\"liveVersion\":\"2\"");

    assertThat(agent.cli("why").out()).contains(why);
    Await.untilTrue(
        LIMIT,
        () -> name + " to be started anew; " + agent.process().tail(),
        () -> !List.of("0", pid).contains(pid(name)));
    Await.untilTrue(LIMIT, () -> "2 loaded again", () -> loaded(name).equals("2\n"));
  }

  private static void push(String name, String version, String workload) throws Exception {
    Path release = Files.createDirectories(folder.resolve(name + "-" + version));
    Files.writeString(release.resolve("version.txt"), version + "\n");
    script(release.resolve("serve.sh"), SERVE);
    script(release.resolve("tell.sh"), TELL);
    script(release.resolve("probe.sh"), PROBE);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: NAME, version: "VERSION"}
        spec:
          kind: app
          variants:
            - files:
                - {from: version.txt}
                - {from: serve.sh, executable: true}
                - {from: tell.sh, executable: true}
                - {from: probe.sh, executable: true}
              workload:
                type: process
                WORKLOAD
                probes:
                  - {name: loaded, every: 1s, timeout: 5s, exec: ["${release.dir}/probe.sh", "${work.dir}"]}
                startup: 20s
                soak: 2s
                stopGrace: 2s
        """
            .replace("NAME", name)
            .replace("VERSION", version)
            .replace("WORKLOAD", workload.strip()));
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static String loaded(String name) throws IOException {
    return Files.readString(agent.data().resolve("apps/" + name + "/work/loaded"));
  }

  private static void awaitStatus(String name, String... words) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> String.join(" and ", words) + " of " + name + "; " + agent.process().tail(),
        () -> {
          String status = application(name);
          for (String word : words) {
            if (!Pattern.compile(word).matcher(status).find()) {
              return false;
            }
          }
          return true;
        });
  }

  /// From the application's name to the next one's, or the end.
  private static String application(String name) throws Exception {
    String status = agent.look("status", "--json");
    int from = status.indexOf("\"name\":\"" + name + "\"");
    int to = from < 0 ? -1 : status.indexOf("\"name\":", from + 1);
    return from < 0 ? "" : status.substring(from, to < 0 ? status.length() : to);
  }

  private static String pid(String name) throws Exception {
    Matcher pid = Pattern.compile("\"pid\":([0-9]+)").matcher(application(name));
    assertThat(pid.find()).isTrue();
    return pid.group(1);
  }
}
