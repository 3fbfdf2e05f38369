package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;

/// The same hub and the same agent meet at a real Mosquitto, with the configuration that `tombolo
/// hub broker-config` writes and nothing else.
@Tag("slow")
class BrokerIT {
  private static final String CONFIG = "/mosquitto/config/";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void releaseReachesADeviceByABroker() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.stop();
      Path written = folder.resolve("broker");
      String port = Integer.toString(MosquittoImage.PORT);
      hub.cli(
          "hub",
          "broker-config",
          "mosquitto",
          "--data",
          folder.resolve("hub").toString(),
          "--host",
          "localhost",
          "--host",
          "127.0.0.1",
          "--port",
          port,
          "--out",
          written.toString());
      try (GenericContainer<?> mosquitto = mosquitto(written)) {
        mosquitto.start();
        Files.writeString(
            folder.resolve("hub/hub.yaml"),
            "broker: {url: 'mqtts://127.0.0.1:%d'}\n"
                .formatted(mosquitto.getMappedPort(MosquittoImage.PORT)));
        hub.startAgain();
        hub.prepare("retail");
        hub.apply("Site", "store-117", "{fleet: retail, timeZone: Europe/Berlin}");
        SmallRelease.push(hub, "1");
        hub.cli("assign", "small@1", "--fleet", "retail");
        String token = hub.token("--fleet", "retail", "--site", "store-117");

        try (RunningAgent agent =
            RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of())) {
          awaitLive(hub, "1");
          SmallRelease.push(hub, "2");
          hub.cli("assign", "small@2", "--fleet", "retail");
          awaitLive(hub, "2");
          agent.endWorkloads();
        }
        assertThat(mosquitto.getLogs()).contains("dev-").contains("Tombolo hub");
      }
    }
  }

  private static void awaitLive(RunningHub hub, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "small@" + version + " to be live\n" + devices(hub) + hub.process().tail(),
        () -> devices(hub).contains("\"live\":\"" + version + "\",\"phase\":\"live\""));
  }

  private static String devices(RunningHub hub) {
    try {
      return hub.look("get", "devices", "--json").replace(" ", "");
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  // The container's own user must be able to read what is written for its owner only.
  private GenericContainer<?> mosquitto(Path written) throws IOException {
    String revoked = folder.resolve("hub/ca/revoked.pem").toString();
    String configuration =
        Files.readString(written.resolve("mosquitto.conf"))
            .replace(revoked, CONFIG + "revoked.pem")
            .replace(written + "/", CONFIG);
    GenericContainer<?> container =
        new GenericContainer<>(MosquittoImage.name())
            .withExposedPorts(MosquittoImage.PORT)
            .withCopyToContainer(Transferable.of(configuration), CONFIG + "mosquitto.conf")
            .withCopyToContainer(
                Transferable.of(Files.readString(Path.of(revoked))), CONFIG + "revoked.pem");
    for (String file : List.of("ca.pem", "broker.pem", "broker-key.pem", "acl")) {
      container.withCopyToContainer(
          Transferable.of(Files.readString(written.resolve(file))), CONFIG + file);
    }
    return container;
  }
}
