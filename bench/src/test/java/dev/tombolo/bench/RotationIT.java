package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every key of hub and publisher is replaced while a device is dark: the CA's root twice, the key
/// that signs documents, the publisher's root twice. Certificates live half a minute here.
@Tag("slow")
class RotationIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String SLOT = "store-1/counter-1";

  @TempDir Path folder;

  @Test
  void aDeviceThatMissedEveryRotationFollowsByItself() throws Exception {
    Files.writeString(folder.resolve("hub.yaml"), "trust: {certificateLife: 30s}\n");
    try (RunningHub hub =
            RunningHub.start(
                folder, List.of(), List.of("--config", folder.resolve("hub.yaml").toString()));
        RunningAgent agent = joined(hub)) {
      awaitLive(agent, "1");
      agent.kill();

      rotate(hub, "rotate");
      rotate(hub, "rotate-document-key");
      rotate(hub, "rotate");
      publisher(hub, "publisher", "second");
      publisher(hub, "second", "third");
      SmallRelease.push(hub, "2", "third.key");
      hub.cli("assign", "small@2", "--fleet", "shops");
      agent.startAgain();

      awaitLive(agent, "2");
      Await.untilTrue(
          LIMIT,
          () -> "the device learns the newest root; " + agent.process().tail(),
          () ->
              root(agent.data().resolve("identity/root.pem"))
                  .getPublicKey()
                  .equals(hub.root().getPublicKey()));
      assertThat(hub.cli("audit", "list", "--last", "200", "--json"))
          .contains("ca-rotate", "document-key-rotate");
      assertThat(hub.cli("audit", "verify")).contains("whole");

      // With nothing but what it has learnt it comes back again.
      agent.kill();
      agent.startAgain();
      Await.untilTrue(
          LIMIT,
          () -> SLOT + " online; " + agent.process().tail(),
          () -> hub.look("get", "device", SLOT).contains("line          up"));
    }
  }

  private RunningAgent joined(RunningHub hub) throws Exception {
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
    SmallRelease.push(hub, "1");
    hub.cli("assign", "small@1", "--fleet", "shops");
    return RunningAgent.join(
        hub.distributions(),
        folder.resolve("agent"),
        hub.token("--fleet", "shops", "--slot", SLOT),
        List.of("link.backoffMaxSeconds=1"));
  }

  private static void rotate(RunningHub hub, String what) throws Exception {
    hub.stop();
    hub.cli("hub", "ca", what, "--data", hub.folder().resolve("hub").toString());
    hub.startAgain();
  }

  private static void publisher(RunningHub hub, String before, String next) throws Exception {
    hub.cli(
        "keys", "rotate", "--root", before + ".root.json", "--key", before + ".key", "--out", next);
    hub.cli("keys", "trust", next + ".root.json");
  }

  private static X509Certificate root(Path file) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file)));
  }

  private static void awaitLive(RunningAgent agent, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "small@" + version + " live; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"" + version + "\""));
  }
}
