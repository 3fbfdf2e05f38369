package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningHub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bare machine joins with the command that `tombolo token create` prints, and nothing else.
@Tag("slow")
class InstallIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir static Path folder;
  private static RunningHub hub;

  @BeforeAll
  static void startHub() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("retail");
    hub.apply("Site", "store-117", "{fleet: retail, timeZone: Europe/Berlin}");
    hub.apply("Site", "store-118", "{fleet: retail, timeZone: Europe/Berlin}");
  }

  @AfterAll
  static void stopHub() {
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void thePrintedCommandInstallsAndEnrolsABareMachine() throws Exception {
    Path machine = Files.createDirectory(folder.resolve("machine"));

    Command installed = onBareMachine(machine, printedCommand("store-117"));

    assertThat(installed.exit()).as(installed.out() + installed.err()).isZero();
    assertThat(installed.out()).contains("Done.");
    assertThat(machine.resolve("data/identity/certificate.pem")).exists();
    assertThat(hub.cli("get", "devices", "--json")).contains("store-117");
    Command status =
        run(
            machine,
            machine.resolve("opt/current/bin/tombolo-agent").toString(),
            "status",
            "--data",
            machine.resolve("data").toString());
    assertThat(status.exit()).as(status.out() + status.err()).isZero();
  }

  @Test
  void thePrintedCommandRunsNothingFromAHubWithAnotherKey() throws Exception {
    Path machine = Files.createDirectory(folder.resolve("careful-machine"));
    String wrongPin = printedCommand("store-118").replaceFirst(" P=[0-9a-f]{4}", " P=0000");

    Command refused = onBareMachine(machine, wrongPin);

    assertThat(refused.exit()).isNotZero();
    assertThat(machine.resolve("opt")).doesNotExist();
  }

  private static String printedCommand(String site) throws Exception {
    Command made = hub.tryCli("token", "create", "--fleet", "retail", "--site", site).orThrow();
    String said = made.out() + made.err();
    assertThat(said).contains("H=localhost:").contains("install.sh | sh -s -- --token tmb1_");
    return said.substring(said.indexOf("H="), said.lastIndexOf("tmb1_"))
        + said.substring(said.lastIndexOf("tmb1_")).lines().findFirst().orElseThrow();
  }

  /// Only the folders are others than on a shop's machine, and nothing becomes a service.
  private static Command onBareMachine(Path machine, String command) throws Exception {
    return run(
        machine,
        "sh",
        "-c",
        "%s --no-service --prefix %s --data %s"
            .formatted(command, machine.resolve("opt"), machine.resolve("data")));
  }

  private static Command run(Path machine, String... argv) throws Exception {
    return Command.run(List.of(argv), Map.of(), machine, LIMIT);
  }
}
