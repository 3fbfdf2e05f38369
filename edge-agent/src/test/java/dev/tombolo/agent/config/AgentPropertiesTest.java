package dev.tombolo.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentPropertiesTest {
  @TempDir Path data = Path.of("unset");

  private AgentConfig read(String... lines) throws IOException, ConfigException {
    Files.write(data.resolve("agent.properties"), java.util.List.of(lines));
    return AgentProperties.read(data);
  }

  @Test
  void everySettingIsOptional() throws IOException, ConfigException {
    AgentConfig config = AgentProperties.read(data);

    assertThat(config.runtimes()).isEmpty();
    assertThat(config.loopbackPort()).isZero();
    assertThat(config.backoffMaxSeconds()).isEqualTo(300);
    assertThat(config.isShared()).isTrue();
    assertThat(config.lanPort()).isEqualTo(8444);
    assertThat(config.proxy()).isEmpty();
  }

  @Test
  void settingsAreRead() throws IOException, ConfigException {
    AgentConfig config =
        read(
            "# the shop's box",
            "runtime.java=/opt/java",
            "loopback.port=9191",
            "fetch.maxBytesPerSecond=50000",
            "link.backoffMaxSeconds=3",
            "lan.share=false",
            "lan.port=9444",
            "proxy=proxy.shop:3128");

    assertThat(config.runtimes()).containsEntry("java", Path.of("/opt/java"));
    assertThat(config.loopbackPort()).isEqualTo(9191);
    assertThat(config.fetchBytesPerSecondMax()).isEqualTo(50_000);
    assertThat(config.backoffMaxSeconds()).isEqualTo(3);
    assertThat(config.isShared()).isFalse();
    assertThat(config.lanPort()).isEqualTo(9444);
    assertThat(config.proxy()).hasValueSatisfying(it -> assertThat(it.getPort()).isEqualTo(3128));
  }

  @Test
  void aSlipOfThePenIsAnErrorWithItsLine() {
    assertThatThrownBy(() -> read("# one", "lopback.port=1"))
        .hasMessageContaining("agent.properties line 2")
        .hasMessageContaining("lopback.port")
        .hasMessageContaining("loopback.port");
  }

  @Test
  void theLineIsThatOfTheKeyItself() {
    assertThatThrownBy(() -> read("proxy=shop:0", "proxyless=1")).hasMessageContaining("proxyless");
    assertThatThrownBy(() -> read("runtime.a=relative", "runtime.ab=/opt/ab"))
        .hasMessageContaining("line 1: runtime.a ");
    assertThatThrownBy(() -> read("proxy=shop:0")).hasMessageContaining("host:port");
  }

  @Test
  void badValuesSayWhatToWrite() {
    assertThatThrownBy(() -> read("loopback.port=99999")).hasMessageContaining("0-65535");
    assertThatThrownBy(() -> read("link.backoffMaxSeconds=0")).hasMessageContaining("1-300");
    assertThatThrownBy(() -> read("fetch.maxBytesPerSecond=fast"))
        .hasMessageContaining("bytes a second");
    assertThatThrownBy(() -> read("runtime.java=opt/java")).hasMessageContaining("absolute folder");
    assertThatThrownBy(() -> read("proxy=shop")).hasMessageContaining("host:port");
  }
}
