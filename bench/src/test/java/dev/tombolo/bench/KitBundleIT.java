package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stick brings what changed, and says so where that does not do.
@Tag("slow")
class KitBundleIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int MODEL_BYTES = 1_200_000;

  @TempDir Path folder;
  private final Random random = new Random(11);
  private RunningHub hub;
  private Line line;
  private RunningAgent agent;
  private byte[] model = new byte[0];

  @BeforeEach
  void aShopOnTheFirstVersion() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("shops");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
    line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()));
    String endpoint = "localhost:" + line.port();
    agent =
        RunningAgent.join(
            hub.distributions(),
            folder.resolve("agent"),
            hub.token("--fleet", "shops", "--slot", "store-1/counter-1", "--endpoint", endpoint),
            List.of("link.backoffMaxSeconds=1"));
    model = letters(MODEL_BYTES);
    push("1");
    assign("1");
    awaitLive("1");
    Pattern live = Pattern.compile("(?m)^ *live +1$");
    Await.untilTrue(
        LIMIT,
        () -> "the hub to know it",
        () -> live.matcher(hub.look("get", "device", "store-1/counter-1")).find());
    line.set(new LineMode.Cut());
  }

  @AfterEach
  void end() throws Exception {
    agent.close();
    line.close();
    hub.close();
  }

  @Test
  void aKitBringsWhatChangedSinceWhatTheHubKnows() throws Exception {
    next("2");
    Path kit = folder.resolve("store-1.kit");

    String made = hub.cli("kit", "create", "--site", "store-1", "--out", kit.toString());

    assertThat(Files.size(kit)).isLessThan(MODEL_BYTES / 5);
    assertThat(made).contains("make 1.2 MB of release").contains(", from release ");
    assertThat(hub.cli("kit", "inspect", kit.toString(), "--json"))
        .contains("\"plainBytes\":" + MODEL_BYTES);
    List<String> inspect =
        List.of(hub.distributions().agent().toString(), "kit", "inspect", kit.toString());
    assertThat(Command.run(inspect, Map.of(), folder, LIMIT).out()).contains("make 1200000 bytes");
    Command applied = agent.cli("kit", "apply", kit.toString(), "--wait", "0");
    assertThat(applied.out() + applied.err()).contains("of what changed");
    awaitLive("2");
    assertThat(live()).hasBinaryContent(model);
    Await.untilTrue(
        LIMIT, () -> "the kit to go", () -> !Files.exists(agent.data().resolve("kits")));
  }

  @Test
  void aKitWhoseBaseIsDamagedSaysWhatToDo() throws Exception {
    next("2");
    Path small = folder.resolve("small.kit");
    hub.cli("kit", "create", "--site", "store-1", "--out", small.toString());
    damage(live());

    Command refused = agent.cli("kit", "apply", small.toString());

    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err())
        .contains("model 2", "whose files are damaged on this device", "--whole");
    Path whole = folder.resolve("whole.kit");
    hub.cli("kit", "create", "--site", "store-1", "--out", whole.toString(), "--whole");
    assertThat(Files.size(whole)).isGreaterThan(MODEL_BYTES);
    agent.cli("kit", "apply", whole.toString(), "--wait", "0").orThrow();
    awaitLive("2");
    assertThat(live()).hasBinaryContent(model);
  }

  /// A tenth of its content is new.
  private void next(String version) throws Exception {
    byte[] changed = model.clone();
    for (int i = 0; i < MODEL_BYTES / 1000; i++) {
      System.arraycopy(letters(8), 0, changed, random.nextInt(MODEL_BYTES - 8), 8);
    }
    model = changed;
    push(version);
    assign(version);
  }

  private byte[] letters(int bytes) {
    byte[] digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = digits[random.nextInt(digits.length)];
    }
    return text;
  }

  private static void damage(Path file) throws IOException {
    Path real = file.toRealPath();
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r--r--"));
    byte[] content = Files.readAllBytes(real);
    for (int at = 0; at < content.length; at += 30_000) {
      content[at] = 0;
    }
    Files.write(real, content);
  }

  private Path live() throws IOException {
    return agent.data().resolve("apps/model/current").toRealPath().resolve("model.bin");
  }

  private void push(String version) throws Exception {
    Path made = Files.createDirectories(folder.resolve("model-" + version));
    Files.write(made.resolve("model.bin"), model);
    SmallRelease.push(
        hub,
        made,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: model, version: "%s"}
        spec:
          kind: model
          variants:
            - files: [{from: model.bin}]
        """
            .formatted(version));
  }

  private void assign(String version) throws Exception {
    hub.cli("assign", "model@" + version, "--fleet", "shops");
  }

  private void awaitLive(String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "model@" + version + " live; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"" + version + "\""));
  }
}
