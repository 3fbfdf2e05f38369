package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.ServerIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateWatchTest {
  private static final List<String> NAMES = List.of("localhost");

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<ServerIdentity> renewed = new ArrayList<>();

  @Test
  void theHubsCertificateIsRenewedWhileItRuns() throws Exception {
    try (DataFolder data = DataFolder.hold(folder.resolve("data"))) {
      CertificateAuthority authority = CertificateAuthority.open(data.authority(), now);
      ServerIdentity first = authority.serverIdentity(NAMES, now);
      try (CertificateWatch watch = watch(authority, first, data)) {
        watch.check();
        assertThat(renewed).isEmpty();
        assertThat(watch.serverDaysLeft()).isBetween(396.0, 397.0);

        now = now.plus(Duration.ofDays(340));
        watch.check();
        watch.check();

        assertThat(renewed).hasSize(1);
        assertThat(renewed.getFirst().leaf()).isNotEqualTo(first.leaf());
        assertThat(watch.serverDaysLeft()).isBetween(396.0, 397.0);
        assertThat(watch.brokerDaysLeft()).isNaN();
      }
    }
  }

  @Test
  void theBrokersCertificateIsRenewedWhereTheBrokerReadsIt() throws Exception {
    try (DataFolder data = DataFolder.hold(folder.resolve("data"))) {
      CertificateAuthority authority = CertificateAuthority.open(data.authority(), now);
      ServerIdentity first = authority.serverIdentity(NAMES, now);
      ServerIdentity broker = authority.brokerIdentity(List.of("broker.example.com"), now);
      Path out = Files.createDirectories(folder.resolve("out"));
      Files.copy(broker.certificateFile(), out.resolve("broker.pem"));
      Files.copy(broker.keyFile(), out.resolve("broker-key.pem"));
      Files.writeString(data.brokerFolder(), out + "\n");
      try (CertificateWatch watch = watch(authority, first, data)) {
        now = now.plus(Duration.ofDays(340));
        watch.check();

        assertThat(watch.brokerDaysLeft()).isBetween(396.0, 397.0);
        assertThat(out.resolve("broker.pem"))
            .hasSameTextualContentAs(data.authority().resolve("broker.pem"));
        assertThat(out.resolve("broker-key.pem"))
            .hasSameTextualContentAs(data.authority().resolve("broker-key.pem"));
      }
    }
  }

  private CertificateWatch watch(
      CertificateAuthority authority, ServerIdentity current, DataFolder data) {
    return new CertificateWatch(authority, NAMES, current, data, () -> now, renewed::add);
  }
}
