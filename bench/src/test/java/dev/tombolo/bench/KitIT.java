package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shop whose line is cut is updated from sticks; when the line is back the hub knows, and sends
/// nothing again.
@Tag("slow")
class KitIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Pattern FILE_BYTES =
      Pattern.compile("(?m)^tombolo_edge_file_bytes_total ([0-9.E]+)$");
  private static final List<String> OF_THE_LINE =
      List.of("The line to the hub", "device: Everything", ": That is by what the hub has told");
  private static final Pattern KIT = Pattern.compile("kit-[0-9a-f]{16}");

  @TempDir Path folder;

  @Test
  void aShopWithoutALineIsUpdatedFromSticks() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
      SmallRelease.push(hub, "1");
      SmallRelease.push(hub, "2");
      SmallRelease.push(hub, "3");
      hub.cli("assign", "small@1", "--fleet", "shops");
      try (Line line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()))) {
        String token =
            hub.token(
                "--fleet",
                "shops",
                "--slot",
                "store-1/counter-1",
                "--endpoint",
                "localhost:" + line.port());
        try (RunningAgent agent =
            RunningAgent.join(
                hub.distributions(),
                folder.resolve("agent"),
                token,
                List.of("link.backoffMaxSeconds=1"))) {
          awaitLive(agent, "1");
          awaitAtTheHub(hub, "1");
          withoutALine(hub, line, agent);
          String last = byPassphrase(hub, agent);
          theLineIsBack(hub, line, last);
        }
      }
    }
  }

  private void withoutALine(RunningHub hub, Line line, RunningAgent agent) throws Exception {
    line.set(new LineMode.Cut());
    Path old = folder.resolve("old.kit");
    hub.cli("kit", "create", "--site", "store-1", "--out", old.toString());
    hub.cli("assign", "small@2", "--fleet", "shops");
    Path kit = folder.resolve("store-1.kit");
    String made = hub.cli("kit", "create", "--site", "store-1", "--out", kit.toString());
    assertThat(made).contains("store-1/counter-1", "the devices' own keys");
    assertThat(hub.cli("kit", "inspect", kit.toString())).contains("store-1/counter-1");
    Command inspected =
        Command.run(
            List.of(hub.distributions().agent().toString(), "kit", "inspect", kit.toString()),
            Map.of(),
            folder,
            LIMIT);
    assertThat(inspected.out()).contains("store-1/counter-1", "as long as it should be");
    Path broken = folder.resolve("broken.kit");
    byte[] bytes = Files.readAllBytes(kit);
    bytes[bytes.length - 20] ^= 1;
    Files.write(broken, bytes);
    assertThat(agent.cli("kit", "apply", broken.toString()).err()).contains("is damaged between");

    Command applied = agent.cli("kit", "apply", kit.toString());

    assertThat(applied.out() + applied.err()).contains("small  live  2", "everything is live");
    awaitNoKits(agent);
    assertThat(agent.cli("why").out()).contains("came by offline kit kit-");
    assertThat(agent.cli("kit", "apply", kit.toString()).out()).contains("held its document");
    assertThat(agent.cli("kit", "apply", old.toString()).err()).contains("older than what");
  }

  /// Words open it, the right ones only; the device's own key does not.
  ///
  /// @return the kit's id
  private String byPassphrase(RunningHub hub, RunningAgent agent) throws Exception {
    hub.cli("assign", "small@3", "--fleet", "shops");
    Path kit = folder.resolve("words.kit");
    Path words = Files.writeString(folder.resolve("words"), "gr\u00fcne Kisten im Keller\n");
    String made =
        hub.cli(
            "kit",
            "create",
            "--site",
            "store-1",
            "--out",
            kit.toString(),
            "--passphrase-file",
            words.toString());
    assertThat(made).contains("store-1/counter-1", "a passphrase").doesNotContain("Kisten");
    Path wrong = Files.writeString(folder.resolve("wrong"), "gr\u00fcne Kisten im Kellex\n");
    Path missing = folder.resolve("no-such-words");
    List<String> before = whyButForTheLine(agent);

    refused(applied(agent, kit), "needs the passphrase", "--passphrase-file FILE");
    refused(applied(agent, kit, wrong), "passphrase is not the one it was made with");
    refused(applied(agent, kit, missing), "no such file: " + missing);

    awaitNoKits(agent);
    assertThat(whyButForTheLine(agent)).isEqualTo(before);
    awaitLive(agent, "2");
    // The same words as another keyboard writes them: u and its dots apart, and no end of the line.
    Path right = Files.writeString(folder.resolve("right"), "gru\u0308ne Kisten im Keller");
    assertThat(applied(agent, kit, right).orThrow().out())
        .contains("small  live  3", "everything is live");
    refused(applied(agent, folder.resolve("store-1.kit")), "older than what");
    awaitLive(agent, "3");
    Matcher id = KIT.matcher(made);
    assertThat(id.find()).as(made).isTrue();
    assertThat(agent.cli("why").out()).contains("came by offline kit " + id.group());
    return id.group();
  }

  private static Command applied(RunningAgent agent, Path kit) throws Exception {
    return agent.cli("kit", "apply", kit.toString());
  }

  private static Command applied(RunningAgent agent, Path kit, Path words) throws Exception {
    return agent.cli("kit", "apply", kit.toString(), "--passphrase-file", words.toString());
  }

  /// When a line that was cut is noticed is its own affair, and so is what is said only since then.
  private static List<String> whyButForTheLine(RunningAgent agent) throws Exception {
    return agent
        .cli("why")
        .out()
        .lines()
        .filter(line -> OF_THE_LINE.stream().noneMatch(line::contains))
        .toList();
  }

  private static void refused(Command applied, String... why) {
    assertThat(applied.exit()).as(applied.toString()).isEqualTo(1);
    assertThat(applied.err()).startsWith("tombolo-agent: ").contains(why);
    assertThat(applied.err().lines()).hasSize(1);
    assertThat(applied.out()).isEmpty();
  }

  private static void theLineIsBack(RunningHub hub, Line line, String kit) throws Exception {
    double sent = fileBytes(hub);
    line.set(new LineMode.Open());
    awaitAtTheHub(hub, "3");
    Await.untilTrue(
        LIMIT,
        () -> "the hub to know how; " + hub.process().tail(),
        () -> hub.look("why", "store-1/counter-1").contains("came by offline kit " + kit));
    Await.untilTrue(
        LIMIT,
        () -> "the hub to know what is held; " + hub.process().tail(),
        () -> hub.look("get", "device", "store-1/counter-1").contains("held by the device"));
    assertThat(fileBytes(hub)).isEqualTo(sent);
    assertThat(hub.cli("audit", "list")).contains("kit");
  }

  private static double fileBytes(RunningHub hub) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String metrics =
          client
              .send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + hub.adminPort() + "/metrics"))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      Matcher bytes = FILE_BYTES.matcher(metrics);
      assertThat(bytes.find()).as(metrics).isTrue();
      return Double.parseDouble(bytes.group(1));
    }
  }

  /// The agent removes what it has taken up, and then the folder.
  private static void awaitNoKits(RunningAgent agent) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "the kits to go; " + agent.process().tail(),
        () -> !Files.exists(agent.data().resolve("kits")));
  }

  private static void awaitLive(RunningAgent agent, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> "small@" + version + " live; " + agent.process().tail(),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"" + version + "\""));
  }

  private static void awaitAtTheHub(RunningHub hub, String version) throws InterruptedException {
    Pattern live = Pattern.compile("(?m)^ *live +" + version + "$");
    Await.untilTrue(
        LIMIT,
        () -> version + " live at the hub; " + hub.process().tail(),
        () -> live.matcher(hub.look("get", "device", "store-1/counter-1")).find());
  }
}
