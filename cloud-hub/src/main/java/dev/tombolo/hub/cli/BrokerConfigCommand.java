package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.mqtt.MosquittoConfig;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo hub broker-config`.
@Command(
    name = "broker-config",
    description = {
      "Write a ready configuration for an MQTT broker at which hub and devices meet, with a"
          + " certificate of the hub's CA for it, and print it.",
      "Run it on the hub's machine; the hub must have been started once."
    },
    footerHeading = "%nExample:%n",
    footer =
        "  tombolo hub broker-config mosquitto --data ./hub --host broker.example.com --out ./broker")
@SuppressWarnings("NullAway.Init")
final class BrokerConfigCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Parameters(paramLabel = "BROKER", description = "mosquitto")
  private String kind;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "The hub's data folder.")
  private Path data;

  @Option(
      names = "--host",
      required = true,
      paramLabel = "HOST",
      description = "A name or address of the broker, for its certificate. May be given again.")
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = "--port",
      defaultValue = "8883",
      paramLabel = "PORT",
      description = "Where the broker listens. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder to write mosquitto.conf, its list of rights, keys and certificates to.")
  private Path out;

  @Override
  public Integer call() throws IOException {
    if (!kind.equals("mosquitto")) {
      throw Failure.usage("'" + kind + "' is not a broker known here; write mosquitto");
    }
    Path authorityFolder = data.resolve("ca");
    if (!Files.exists(authorityFolder.resolve("root.pem"))) {
      throw Failure.refused(
          "not-found", data + " has no CA yet; start the hub once with --data " + data);
    }
    CertificateAuthority authority = CertificateAuthority.open(authorityFolder, Instant.now());
    ServerIdentity identity = authority.brokerIdentity(hosts, Instant.now());
    Path folder = Files.createDirectories(out).toAbsolutePath().normalize();
    copy(authority.writeTrusted(), folder.resolve("ca.pem"));
    copy(identity.certificateFile(), folder.resolve("broker.pem"));
    copy(identity.keyFile(), folder.resolve("broker-key.pem"));
    MosquittoConfig config =
        new MosquittoConfig(
            port,
            folder.resolve("ca.pem"),
            authority.revocationList().file().toAbsolutePath().normalize(),
            folder.resolve("broker.pem"),
            folder.resolve("broker-key.pem"),
            folder.resolve("acl"),
            CertificateAuthority.hubCommonName());
    Files.writeString(config.aclFile(), config.accessList());
    // The hub renews the broker's certificate there, in good time.
    Files.writeString(data.resolve("broker-folder"), folder + "\n");
    Path file = folder.resolve("mosquitto.conf");
    Files.writeString(file, config.configuration());
    common.screen().say(Map.of("configuration", file.toString()), config::configuration);
    common
        .screen()
        .hint(
            "Written to %s. In hub.yaml: broker: {url: mqtts://%s:%d}"
                .formatted(file, hosts.getFirst(), port));
    return Exit.OK;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
  }
}
