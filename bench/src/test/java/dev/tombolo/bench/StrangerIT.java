package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Strangers can take part: docs/protocol.md is enough.
@Tag("slow")
class StrangerIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir static Path folder;
  private static RunningHub hub;
  private static Path device;
  private static String deviceId;

  @BeforeAll
  static void strangerTakesPart() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("production-fleet");
    hub.apply("Site", "store-117", "{fleet: production-fleet, timeZone: Europe/Berlin}");
    SmallRelease.push(hub, "1");
    hub.cli("assign", "small@1", "--fleet", "production-fleet");
    String token = hub.token("--fleet", "production-fleet", "--site", "store-117");
    device = Files.createDirectory(folder.resolve("stranger"));
    Command run =
        Command.run(
            List.of(
                Path.of("src/test/scripts/stranger.sh").toAbsolutePath().toString(),
                RunningHub.HOST,
                Integer.toString(hub.edgePort()),
                token,
                device.toString()),
            Map.of(),
            folder,
            LIMIT);
    assertThat(run.exit()).as(run.out() + run.err() + hub.process().tail()).isZero();
    String last = run.out().lines().reduce("", (before, line) -> line);
    deviceId = last.substring(last.indexOf("dev-"));
  }

  @AfterAll
  static void end() {
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void whatItReportedIsReadBack() throws Exception {
    assertThat(hub.cli("results", "tail", "--device", deviceId, "--json"))
        .contains("entered")
        .contains("people");
    assertThat(hub.cli("get", "devices", "--json")).contains(deviceId);
  }

  @Test
  void anotherDevicesTopicEndsTheConnection() throws Exception {
    String other = "dev-000000000000000000000000";
    assertEnded(subscribe("tombolo/v1/" + other + "/desired"), "DISCONNECT (135)", other);
    assertEnded(publish("tombolo/v1/" + other + "/report", "{}"), "DISCONNECT (135)", other);
  }

  @Test
  void aWildcardEndsTheConnection() throws Exception {
    assertEnded(subscribe("tombolo/v1/+/desired"), "DISCONNECT (143)", "tombolo/v1/+/desired");
    // The audit counts what comes after the first few a minute; the line is ended all the same.
    Command all = subscribe("#");
    assertThat(all.out() + all.err()).contains("DISCONNECT (143)");
  }

  @Test
  void aForeignWillIsRefused() throws Exception {
    List<String> argv = words("mosquitto_sub", deviceId, "tombolo/v1/" + deviceId + "/desired");
    argv.addAll(List.of("--will-topic", "tombolo/v1/other/presence", "--will-payload", "x"));
    assertEnded(Command.run(argv, Map.of(), device, LIMIT), "CONNACK (144)", "will");
  }

  @Test
  void aWrongClientIdIsRefused() throws Exception {
    Command run =
        Command.run(
            words("mosquitto_sub", "somebody-else", "tombolo/v1/" + deviceId + "/desired"),
            Map.of(),
            device,
            LIMIT);
    assertEnded(run, "CONNACK (133)", "client id");
  }

  private static Command subscribe(String topic) throws Exception {
    return Command.run(words("mosquitto_sub", deviceId, topic), Map.of(), device, LIMIT);
  }

  private static Command publish(String topic, String payload) throws Exception {
    List<String> argv = words("mosquitto_pub", deviceId, topic);
    argv.addAll(List.of("-m", payload));
    return Command.run(argv, Map.of(), device, LIMIT);
  }

  private static List<String> words(String program, String clientId, String topic) {
    List<String> argv =
        new ArrayList<>(
            List.of(
                program,
                "-V",
                "5",
                "-d",
                "-h",
                RunningHub.HOST,
                "-p",
                Integer.toString(hub.edgePort()),
                "--cafile",
                "root.pem",
                "--cert",
                "certificate.pem",
                "--key",
                "key.pem",
                "-i",
                clientId,
                "-q",
                "1",
                "-t",
                topic));
    if (program.equals("mosquitto_sub")) {
      argv.addAll(List.of("-W", "60", "-C", "1"));
    }
    return argv;
  }

  /// The client was cut off with this reason code, and the hub's audit tells of it.
  private static void assertEnded(Command run, String code, String inAudit) throws Exception {
    assertThat(run.out() + run.err()).contains(code);
    Await.untilTrue(
        LIMIT,
        () -> "the audit to tell of " + inAudit,
        () -> hub.look("audit", "list", "--json").contains(inAudit));
  }
}
