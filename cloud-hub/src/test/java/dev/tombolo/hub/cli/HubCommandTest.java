package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.cli.screen.Exit;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `tombolo hub` refuses before it starts.
class HubCommandTest {
  @TempDir Path folder;
  private final Cli cli = new Cli();

  @Test
  void anEndpointThatNoTokenCouldCarryIsRefusedAtTheStart() {
    Path data = folder.resolve("data");

    Cli.Said said = cli.run("hub", "--data", data.toString(), "--endpoint", "hub.example.com");

    assertThat(said.exit()).isEqualTo(Exit.USAGE);
    assertThat(said.err()).contains("--endpoint: 'hub.example.com' is not an endpoint");
    assertThat(Files.exists(data)).isFalse();
  }

  @Test
  void aPortThatIsNoneIsAMistakeInTheUsage() {
    Cli.Said said = cli.run("hub", "--data", folder.toString(), "--edge-port", "70000");

    assertThat(said.exit()).isEqualTo(Exit.USAGE);
    assertThat(said.err()).contains("--edge-port: 70000 is not a port");
  }

  @Test
  void aConfigurationThatIsNotThereIsNamed() {
    Path file = folder.resolve("no.yaml");

    Cli.Said said = cli.run("hub", "--data", folder.toString(), "--config", file.toString());

    assertThat(said.exit()).isEqualTo(Exit.NOT_FOUND);
    assertThat(said.err()).contains("there is no file " + file);
  }

  @Test
  void aCommandTypedWithoutItsGroupIsNamedInFull() {
    assertThat(cli.run("backup").err()).contains("Did you mean: tombolo hub backup?");
    assertThat(cli.run("devices").err()).contains("Did you mean: tombolo get devices?");
    assertThat(cli.run("asign").err()).contains("tombolo assign");
  }

  @Test
  void mistakesInTheUsageAreJsonForScripts() {
    Cli.Said said = cli.run("get", "devices", "--json", "--no-such-option");

    assertThat(said.exit()).isEqualTo(Exit.USAGE);
    assertThat(said.err()).startsWith("{\"exit\":2,\"code\":\"usage\"");
  }
}
