package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.TransferRow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A site's bandwidth is kept to, and a download that a person has paused goes on at its byte.
/// Bytes are counted, and time is only what they are divided by: a slow machine makes them fewer.
@Tag("slow")
class BandwidthIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final int PAYLOAD_BYTES = 20_000_000;
  private static final long BYTES_PER_SECOND = 250_000;
  private static final Duration MEASURED = Duration.ofSeconds(8);

  /// What sockets of the proxy and of the agent hold while the agent reads no faster.
  private static final long BUFFERED_BYTES = 2_000_000;

  /// Document, reports, TLS, and what was in buffers when a download stopped, thrice.
  private static final long OTHER_BYTES = 3 * BUFFERED_BYTES;

  @TempDir Path folder;

  @Test
  void aBoundIsKeptAndAPauseLosesNoByte() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      site(hub, "2Mbit/s");
      push(hub, "payload", letters(1));
      try (Line line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()))) {
        String token =
            hub.token(
                "--fleet", "shops", "--site", "store-1", "--endpoint", "localhost:" + line.port());
        try (RunningAgent agent =
            RunningAgent.join(
                hub.distributions(),
                folder.resolve("agent"),
                token,
                List.of("link.backoffMaxSeconds=2"))) {
          hub.cli("assign", "payload@1", "--fleet", "shops");
          long bytes = bundle(hub);
          keepsTheBound(hub, agent, line, bytes);
          long held = pauseHolds(hub, agent, bytes);
          goesOn(hub, agent, line, held);
        }
      }
    }
  }

  /// They fetch different things, so neither has anything for the other.
  @Test
  void devicesOfASiteKeepToItsBoundTogether() throws Exception {
    try (RunningHub hub = RunningHub.start(folder)) {
      hub.prepare("shops");
      site(hub, "2Mbit/s");
      push(hub, "payload", random(1));
      push(hub, "other", random(2));
      String endpoint = "localhost:" + hub.edgePort();
      String token =
          hub.token("--fleet", "shops", "--site", "store-1", "--endpoint", endpoint, "--uses", "2");
      try (RunningAgent one =
              RunningAgent.join(hub.distributions(), folder.resolve("one"), token, List.of());
          RunningAgent two =
              RunningAgent.join(hub.distributions(), folder.resolve("two"), token, List.of())) {
        hub.cli("assign", "payload@1", "--fleet", "shops", "--slot", "store-1/device-1");
        hub.cli("assign", "other@1", "--fleet", "shops", "--slot", "store-1/device-2");
        Await.untilTrue(
            LIMIT,
            () -> "two downloads; " + tail(one) + tail(two),
            () -> part(one) > 100_000 && part(two) > 100_000);
        long before = part(one) + part(two);
        long began = System.nanoTime();
        Await.untilTrue(LIMIT, () -> "time", () -> System.nanoTime() - began >= MEASURED.toNanos());
        long bytes = part(one) + part(two) - before;
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
            "two devices held to %,d bytes/s together: %,d bytes in %.1f s (%,.0f a second)%n",
            BYTES_PER_SECOND, bytes, seconds, bytes / seconds);

        long allowed = (long) (BYTES_PER_SECOND * seconds);
        assertThat(bytes).isBetween(1L, allowed * 11 / 10 + 128 * 1024);
      }
    }
  }

  private void keepsTheBound(RunningHub hub, RunningAgent agent, Line line, long total)
      throws Exception {
    Await.untilTrue(LIMIT, () -> "a download; " + tail(agent), () -> part(agent) > 300_000);
    long partBefore = part(agent);
    long lineBefore = line.bytesDown();
    long began = System.nanoTime();
    Await.untilTrue(LIMIT, () -> "time", () -> System.nanoTime() - began >= MEASURED.toNanos());
    long bytes = part(agent) - partBefore;
    long overTheLine = line.bytesDown() - lineBefore;
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "held to %,d bytes/s: %,d bytes in %.1f s (%,.0f a second), %,d over the line%n",
        BYTES_PER_SECOND, bytes, seconds, bytes / seconds, overTheLine);

    long allowed = (long) (BYTES_PER_SECOND * seconds);
    assertThat(bytes).isBetween(1L, allowed * 11 / 10 + 128 * 1024);
    assertThat(overTheLine).isLessThanOrEqualTo(allowed * 11 / 10 + BUFFERED_BYTES);
    assertThat(agent.look("why")).contains("Held to 2 Mbit/s by the bandwidth of its site.");
    Await.untilTrue(
        LIMIT,
        () -> "get transfers says why",
        () -> hub.look("get", "transfers").contains("Held to 2 Mbit/s"));
    isListed(hub, total);
  }

  /// The columns as people and as programs see them.
  private static void isListed(RunningHub hub, long total) throws Exception {
    List<String> table = hub.look("get", "transfers").lines().toList();
    assertThat(table.getFirst().split(" {2,}"))
        .containsExactly(
            "DEVICE", "RELEASE", "HOW", "BASE", "DONE", "OF", "RATE", "LEFT", "SINCE", "WHY");
    assertThat(table.get(1).split(" {2,}"))
        .startsWith("store-1/device-1", "payload@1", "full-bundle", "-")
        .contains(Long.toString(total))
        .endsWith("Held to 2 Mbit/s by the bandwidth of its site.");
    assertThat(hub.look("get", "transfers", "--json"))
        .contains("\"slot\":\"store-1/device-1\"", "\"how\":\"full-bundle\"");
    assertThat(hub.look("get", "transfers", "--site", "store-1")).contains("payload@1");
    assertThat(hub.tryCli("get", "transfers", "--fleet", "others").out()).doesNotContain("payload");
    TransferRow row = transfers(hub).getFirst();
    assertThat(row.bytesTotal()).isEqualTo(total);
    assertThat(row.bytesDone()).isBetween(1L, total - 1L);
    if (row.bytesPerSecond() > 0) {
      assertThat(row.secondsLeft())
          .isEqualTo(Math.ceilDiv(total - row.bytesDone(), row.bytesPerSecond()));
    }
  }

  private static List<TransferRow> transfers(RunningHub hub) throws IOException {
    try (HubClient client = hub.client()) {
      return client.list(TransferRow.class, "/transfers");
    }
  }

  /// @return bytes that are here
  private long pauseHolds(RunningHub hub, RunningAgent agent, long total) throws Exception {
    hub.cli("transfer", "pause", "--site", "store-1", "--why", "the tills are slow");
    Await.untilTrue(LIMIT, () -> "the pause; " + tail(agent), () -> isPaused(agent));
    agent.kill();
    long held = part(agent);
    hub.kill();
    agent.startAgain();
    Await.untilTrue(
        LIMIT, () -> "the pause in the dark; " + tail(agent), () -> isPausedSinceItsStart(agent));
    saysInTheDarkWhatIsHere(agent, held, total);
    hub.startAgain();
    Await.untilTrue(
        LIMIT,
        () -> "why at the hub",
        () -> hub.look("why", "store-1/device-1").contains("has paused this device's downloads"));
    isListedAsHeld(hub, held, total);
    assertThat(part(agent)).isEqualTo(held).isLessThan(total);
    return held;
  }

  private static void saysInTheDarkWhatIsHere(RunningAgent agent, long held, long total)
      throws Exception {
    String here = here(held, total);
    assertThat(agent.cli("why").out()).contains("payload: " + here);
    assertThat(agent.cli("why", "payload", "--json").out())
        .contains("\"code\":\"download-held\"", "\"done\":" + held + ",\"total\":" + total);
    assertThat(agent.cli("status").out()).contains(here);
    assertThat(agent.cli("status", "--json").out())
        .contains(
            "\"running\":true",
            "\"lineUp\":false",
            "\"bytesDone\":" + held + ",\"bytesTotal\":" + total,
            "\"how\":\"full-bundle\"");
  }

  private static String here(long held, long total) {
    return "Of the full bundle of payload@1, %d of %d bytes (%d%%) are on this device; the download"
            .formatted(held, total, held * 100 / total)
        + " goes on from there.";
  }

  /// With the first report after the line is back, while nothing comes.
  private static void isListedAsHeld(RunningHub hub, long held, long total) throws Exception {
    TransferRow row =
        Await.until(
            LIMIT,
            () -> held + " bytes held, in get transfers",
            () ->
                transfers(hub).stream()
                    .filter(it -> it.online() && it.bytesDone() == held)
                    .findFirst()
                    .orElse(null));
    assertThat(row.bytesTotal()).isEqualTo(total);
    assertThat(row.how()).isEqualTo("full-bundle");
    assertThat(row.bytesPerSecond()).isZero();
    assertThat(row.secondsLeft()).isNull();
    assertThat(row.reasons()).anyMatch(it -> it.contains("has paused this device's downloads"));
    List<String> columns =
        List.of(hub.cli("get", "transfers").lines().toList().get(1).split(" {2,}"));
    assertThat(columns)
        .startsWith("store-1/device-1", "payload@1", "full-bundle", "-")
        .containsSequence(Long.toString(held), Long.toString(total), "-", "-");
    assertThat(hub.cli("why", "store-1/device-1")).contains(here(held, total));
  }

  private void goesOn(RunningHub hub, RunningAgent agent, Line line, long held) throws Exception {
    site(hub, "200Mbit/s");
    long before = line.bytesDown();
    hub.cli("transfer", "resume", "--site", "store-1");
    Await.untilTrue(
        LIMIT,
        () -> "live; " + tail(agent),
        () -> agent.look("status", "--json").contains("\"liveVersion\":\"1\""));
    long rest = line.bytesDown() - before;
    System.out.printf("%,d bytes were here when it was paused, %,d came after%n", held, rest);

    assertThat(rest).isLessThanOrEqualTo((PAYLOAD_BYTES - held) * 102 / 100 + 256 * 1024);
    assertThat(line.bytesDown()).isLessThanOrEqualTo(PAYLOAD_BYTES + OTHER_BYTES);
    assertThat(hub.cli("audit", "list")).contains("transfer-pause", "transfer-resume");
  }

  private static boolean isPaused(RunningAgent agent) throws Exception {
    return agent.look("status", "--json").contains("\"code\":\"transfers-paused\"");
  }

  /// What stands in its database may be an earlier agent's word.
  private static boolean isPausedSinceItsStart(RunningAgent agent) throws Exception {
    String status = agent.look("status", "--json");
    return status.contains("\"running\":true")
        && status.contains("\"lineUp\":false")
        && status.contains("\"code\":\"transfers-paused\"");
  }

  private static String tail(RunningAgent agent) {
    return String.valueOf(agent.process().tail());
  }

  /// Bytes of what is on its way.
  private static long part(RunningAgent agent) throws IOException {
    Path files = agent.data().resolve("files");
    if (!Files.isDirectory(files)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(files)) {
      return all.filter(it -> it.getFileName().toString().endsWith(".part"))
          .mapToLong(it -> it.toFile().length())
          .sum();
    }
  }

  private static void site(RunningHub hub, String limit) throws Exception {
    hub.apply(
        "Site",
        "store-1",
        "{fleet: shops, timeZone: Europe/Berlin, line: {bandwidth: [{limit: %s}]}}"
            .formatted(limit));
  }

  /// No bundle of it is smaller.
  private static byte[] random(int seed) {
    byte[] payload = new byte[PAYLOAD_BYTES];
    new Random(seed).nextBytes(payload);
    return payload;
  }

  /// Packs to three quarters.
  private static byte[] letters(int seed) {
    byte[] payload = random(seed);
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) ('0' + (payload[i] & 63));
    }
    return payload;
  }

  /// @return bytes of the full bundle that the hub has made
  private static long bundle(RunningHub hub) throws Exception {
    try (HubClient client = hub.client()) {
      return Await.until(
          LIMIT,
          () -> "the bundle",
          () ->
              client.list(BundleRow.class, "/bundles").stream()
                  .filter(row -> row.standing().equals("made"))
                  .map(BundleRow::bytes)
                  .findFirst()
                  .orElse(null));
    }
  }

  private void push(RunningHub hub, String name, byte[] payload) throws Exception {
    Path release = Files.createDirectories(folder.resolve(name + "-1"));
    Files.write(release.resolve("payload.bin"), payload);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: %s, version: "1"}
        spec:
          kind: model
          variants:
            - files: [{from: payload.bin}]
        """
            .formatted(name));
  }
}
