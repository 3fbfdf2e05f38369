package dev.tombolo.hub.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubConfigTest {
  private static final Path DATA = Path.of("data");

  @Test
  void everythingCanBeSaid() {
    HubConfig config =
        HubConfig.parse(
            "hub.yaml",
            """
            edge:
              bind: 10.0.0.1
              port: 443
              names: [hub.example.com]
              endpoints: ["hub.example.com:443"]
              acceptsPerSecond: 500
              connectsPerMinute: 12
              keepAliveMax: 90s
            admin:
              port: 9000
            share: /srv/share
            filesMax: 20GiB
            bundles: {make: false, maxBytes: 5GiB}
            trust: {certificateLife: 90d, offlineBudget: 400d}
            results: {keep: 30d, maxBytes: 2GiB, maxRows: 500000}
            events: {keep: 60d}
            gitops:
              hosts:
                - {host: git.example.com:443}
                - host: git.example.com:8443
                  user: hub
                  passwordFile: /etc/tombolo/git.token
                  ca: /etc/tombolo/git-ca.pem
            broker:
              url: mqtts://broker:8883
              devicesUrl: mqtts://broker.example.com:8883
            """,
            DATA);

    assertThat(config.edge())
        .isEqualTo(
            new HubConfig.Edge(
                "10.0.0.1",
                443,
                List.of("hub.example.com"),
                List.of("hub.example.com:443"),
                new HubConfig.Admission(500, 12),
                Duration.ofSeconds(90)));
    assertThat(config.admin()).isEqualTo(new HubConfig.Admin("127.0.0.1", 9000));
    assertThat(config.share()).contains(Path.of("/srv/share"));
    assertThat(config.filesBytesMax()).isEqualTo(20L * 1024 * 1024 * 1024);
    assertThat(config.bundles()).isEqualTo(new HubConfig.Bundles(false, 5L * 1024 * 1024 * 1024));
    assertThat(config.trust())
        .isEqualTo(new HubConfig.Trust(Duration.ofDays(90), Duration.ofDays(400)));
    assertThat(config.results())
        .isEqualTo(new HubConfig.Keep(Duration.ofDays(30), 2L * 1024 * 1024 * 1024, 500_000));
    assertThat(config.events().keep()).isEqualTo(Duration.ofDays(60));
    assertThat(config.events().bytesMax()).isEqualTo(HubConfig.Keep.EVENTS.bytesMax());
    assertThat(config.gitops().hosts())
        .containsExactly(
            new HubConfig.GitHost("git.example.com", "git", Optional.empty(), Optional.empty()),
            new HubConfig.GitHost(
                "git.example.com:8443",
                "hub",
                Optional.of(Path.of("/etc/tombolo/git.token")),
                Optional.of(Path.of("/etc/tombolo/git-ca.pem"))));
    assertThat(config.broker().orElseThrow().devicesUrl()).hasHost("broker.example.com");
  }

  @Test
  void devicesAreToldTheFirstNameUnlessSaidOtherwise() {
    HubConfig config = HubConfig.parse("hub.yaml", "edge: {names: ['::1', hub]}", DATA);

    assertThat(config.edge().endpointsAt(8443)).containsExactly("[::1]:8443");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "edge: {port: 99999} | hub.yaml line 1: edge.port: 99999 is not a port; use 1-65535",
        "edge: {port: 0} | hub.yaml line 1: edge.port: 0 is not a port; use 1-65535",
        "edge: {prot: 1} | hub.yaml line 1: edge.prot: unknown field; did you mean 'port'?",
        "egde: {} | hub.yaml line 1: egde: unknown field; did you mean 'edge'?",
        "filesMax: 20 | hub.yaml line 1: filesMax: '20' is not a size; write a number and a unit: 512KiB, 2MiB, 1GiB, 500KB",
        "edge: {keepAliveMax: 90} | hub.yaml line 1: edge.keepAliveMax: '90' is not a duration; write a number and a unit: 90s, 15m, 1h, 7d",
        "edge: {keepAliveMax: 1s} | hub.yaml line 1: edge.keepAliveMax: must be from 5s to 65535s",
        "trust: {certificateLife: 9s} | hub.yaml line 1: trust.certificateLife: must be from 10s to 397d; 45d is usual",
        "trust: {certificateLife: 398d} | hub.yaml line 1: trust.certificateLife: must be from 10s to 397d; 45d is usual",
        "trust: {offlineBudget: 3651d} | hub.yaml line 1: trust.offlineBudget: must be at most 3650d; 800d is usual",
        "trust: {renew: 1d} | hub.yaml line 1: trust.renew: unknown field; allowed here: certificateLife, offlineBudget",
        "results: {keep: 1m} | hub.yaml line 1: results.keep: must be at least 1h",
        "results: {maxBytes: 1KiB} | hub.yaml line 1: results.maxBytes: must be at least 1MiB",
        "results: {kepe: 1d} | hub.yaml line 1: results.kepe: unknown field; did you mean 'keep'?",
        "edge: {endpoints: [hub]} | hub.yaml line 1: edge.endpoints: 'hub' is not an endpoint; write host:port",
        "edge: {endpoints: ['hub.example.com:99999']} | hub.yaml line 1: edge.endpoints: 'hub.example.com:99999' is not an endpoint; write host:port",
        "edge: {endpoints: ['shop_1.example.com:443']} | hub.yaml line 1: edge.endpoints: 'shop_1.example.com:443' is not an endpoint; write host:port",
        "edge: {endpoints: ['a:1', 'b:1', 'c:1', 'd:1', 'e:1']} | hub.yaml line 1: edge.endpoints: 5 endpoints are too many; a join token has room for 4",
        "gitops: {hosts: [{host: 'https://x'}]} | hub.yaml line 1: gitops.hosts[0].host: 'https://x' is not a host; write git.example.com, or git.example.com:8443",
        "gitops: {hosts: [{host: 'x:0'}]} | hub.yaml line 1: gitops.hosts[0].host: 'x:0' is not a host; write git.example.com, or git.example.com:8443",
        "broker: {url: 'http://x'} | hub.yaml line 1: broker.url: 'http://x' is not a broker's URL; write mqtts://host:port",
        "broker: {url: 'mqtts://x:1', key: k} | hub.yaml line 1: broker.certificate: certificate and key go together; give both or none",
      })
  void mistakeIsToldWithItsPlaceAndWhatToDo(String yaml, String message) {
    assertThatThrownBy(() -> HubConfig.parse("hub.yaml", yaml, DATA))
        .isInstanceOf(YamlFault.class)
        .hasMessage(message);
  }
}
