package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.TransferRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// New versions reach a device by bundles, whatever happens on the way.
@Tag("slow")
class BundleIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final int MODEL_BYTES = 1_200_000;

  /// Kills of either side, `-Dbundle.rounds=N`, drawn from `-Dbundle.seed=N`.
  private static final int ROUNDS = Integer.getInteger("bundle.rounds", 6);

  private static final long SEED = Long.getLong("bundle.seed", 7);
  private static final int SLOW_BYTES_PER_SECOND = 20_000;
  private static final int SLOWEST_BYTES_PER_SECOND = 2_500;

  @TempDir Path folder;
  private final Random random = new Random(SEED);

  @Test
  void anUpdateBringsWhatChangedAndLeavesNothingBehind() throws Exception {
    try (Shop shop = open()) {
      byte[] model = shop.push("1", letters(MODEL_BYTES));
      shop.assign("1");
      shop.awaitLive("1");
      shop.push("2", changed(model, 0.01));
      BundleRow bundle = shop.awaitBundle("2", "1");
      long before = shop.line.bytesDown();
      shop.line.set(new LineMode.Throttle(SLOWEST_BYTES_PER_SECOND));

      shop.assign("2");
      TransferRow seen = shop.awaitTransfer(row -> row.how().equals("bundle"));
      shop.line.set(new LineMode.Open());
      shop.awaitLive("2");

      assertThat(seen.base()).isEqualTo("1");
      assertThat(seen.bytesTotal()).isEqualTo(bundle.bytes());
      assertThat(seen.reasons()).noneMatch(it -> it.contains("larger than it could be"));

      long came = shop.line.bytesDown() - before;
      assertThat(bundle.bytes()).isLessThan(MODEL_BYTES / 5);
      assertThat(came).isBetween(bundle.bytes(), bundle.bytes() + 60_000);
      assertThat(shop.happened("download-grew", "")).isZero();
      shop.awaitNothingLeft(2);
    }
  }

  @Test
  void aDamagedBaseIsToldAndMoreComes() throws Exception {
    try (Shop shop = open()) {
      moreComes(shop, BundleIT::damage);
      shop.awaitNothingLeft(2);
    }
  }

  @Test
  void aLostBaseIsToldAndMoreComes() throws Exception {
    try (Shop shop = open()) {
      moreComes(shop, BundleIT::lose);
      shop.awaitNothingLeft(1);
    }
  }

  private interface Blow {
    void to(Path data) throws IOException;
  }

  /// What is live is of no use when the next version comes.
  private void moreComes(Shop shop, Blow blow) throws Exception {
    byte[] model = shop.push("1", letters(MODEL_BYTES));
    shop.assign("1");
    shop.awaitLive("1");
    blow.to(shop.agent.data());
    shop.push("2", changed(model, 0.01));
    shop.awaitBundle("2", "1");
    shop.line.set(new LineMode.Throttle(SLOW_BYTES_PER_SECOND));

    shop.assign("2");
    TransferRow seen =
        shop.awaitTransfer(
            row ->
                row.how().equals("full-bundle")
                    && row.reasons().stream()
                        .anyMatch(it -> it.contains("on this device are damaged")));
    String table = shop.hub.look("get", "transfers");
    shop.line.set(new LineMode.Open());
    shop.awaitLive("2");

    assertThat(seen.base()).isNull();
    assertThat(seen.reasons())
        .anyMatch(it -> it.startsWith("The download is larger than it could be"))
        .anyMatch(it -> it.contains("on this device are damaged"));
    assertThat(table).contains("full-bundle", "The download is larger than it could be");

    Await.untilTrue(
        LIMIT,
        () -> "the hub to know why more came",
        () -> shop.happened("download-grew", "base-damaged") == 1);
  }

  @Test
  void killsOfAgentAndHubAtRandomBytesEndVerified() throws Exception {
    try (Shop shop = open()) {
      byte[] model = shop.push("0", letters(MODEL_BYTES));
      shop.assign("0");
      shop.awaitLive("0");
      for (int round = 1; round <= ROUNDS; round++) {
        String version = Integer.toString(round);
        model = shop.push(version, changed(model, 0.04));
        long bytes = shop.awaitBundle(version, Integer.toString(round - 1)).bytes();
        shop.line.set(new LineMode.Throttle(SLOW_BYTES_PER_SECOND));
        long killAt = shop.line.bytesDown() + random.nextLong(bytes);
        shop.assign(version);
        Await.untilTrue(
            LIMIT,
            () -> "byte " + killAt + " to pass",
            () -> shop.line.bytesDown() >= killAt || shop.isLive(version));
        boolean isHub = round % 2 == 0;
        if (isHub) {
          shop.hub.kill();
          shop.hub.startAgain();
        } else {
          shop.line.set(new LineMode.Cut());
          shop.agent.kill();
          long held = shop.part();
          shop.agent.startAgain();
          if (held > 0 && held < bytes) {
            shop.awaitHeld(held, bytes);
          }
        }
        shop.line.set(new LineMode.Open());
        shop.awaitLive(version);
        assertThat(Files.readAllBytes(shop.live())).as("seed " + SEED).isEqualTo(model);
      }
      assertThat(shop.happened("download-grew", "")).isZero();
      shop.awaitNothingLeft(2);
    }
  }

  private Shop open() throws Exception {
    return new Shop(folder);
  }

  /// Text that packs to three quarters.
  private byte[] letters(int bytes) {
    String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    byte[] letters = digits.getBytes(StandardCharsets.US_ASCII);
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = letters[random.nextInt(64)];
    }
    return text;
  }

  private byte[] changed(byte[] model, double share) {
    byte[] changed = model.clone();
    for (int i = 0; i < model.length * share / 8; i++) {
      int at = random.nextInt(model.length - 8);
      System.arraycopy(letters(8), 0, changed, at, 8);
    }
    return changed;
  }

  /// A disk that forgets a page here and there. Store and release share the file.
  private static void damage(Path data) throws IOException {
    try (Stream<Path> files = Files.list(data.resolve("files"))) {
      for (Path file : files.filter(it -> it.toFile().length() == MODEL_BYTES).toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        byte[] content = Files.readAllBytes(file);
        for (int at = 0; at < content.length; at += 30_000) {
          content[at] = 0;
        }
        // Into the same file, which has two names.
        Files.write(file, content);
      }
    }
  }

  /// Somebody has deleted it, in the store and in the release.
  private static void lose(Path data) throws IOException {
    try (Stream<Path> all = Stream.of("files", "releases").flatMap(it -> below(data, it))) {
      for (Path file : all.filter(it -> it.toFile().length() == MODEL_BYTES).toList()) {
        Files.setPosixFilePermissions(
            file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.delete(file);
      }
    }
    assertThat(data.resolve("apps/model/current/model.bin")).doesNotExist();
  }

  private static Stream<Path> below(Path data, String folder) {
    try (Stream<Path> all = Files.walk(data.resolve(folder))) {
      return all.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A hub, one device behind a line, releases of one model.
  private static final class Shop implements AutoCloseable {
    final RunningHub hub;
    final Line line;
    final RunningAgent agent;
    private final Path folder;

    Shop(Path folder) throws Exception {
      this.folder = folder;
      hub = RunningHub.start(folder);
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()));
      String token =
          hub.token(
              "--fleet", "shops", "--site", "store-1", "--endpoint", "localhost:" + line.port());
      agent =
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent"),
              token,
              List.of("link.backoffMaxSeconds=2"));
    }

    byte[] push(String version, byte[] model) throws Exception {
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
      return model;
    }

    void assign(String version) throws Exception {
      hub.cli("assign", "model@" + version, "--fleet", "shops");
    }

    BundleRow awaitBundle(String target, String base) throws Exception {
      try (HubClient client = hub.client()) {
        return Await.until(
            LIMIT,
            () -> "the bundle from " + base + " to " + target,
            () ->
                client.list(BundleRow.class, "/bundles").stream()
                    .filter(row -> row.target().equals("model@" + target))
                    .filter(row -> ("model@" + base).equals(row.base()))
                    .filter(row -> row.standing().equals("made"))
                    .findFirst()
                    .orElse(null));
      }
    }

    TransferRow awaitTransfer(Predicate<TransferRow> isMeant) throws Exception {
      try (HubClient client = hub.client()) {
        return Await.until(
            LIMIT,
            () -> "a transfer at the hub; " + agent.process().tail(),
            () ->
                client.list(TransferRow.class, "/transfers").stream()
                    .filter(isMeant)
                    .findFirst()
                    .orElse(null));
      }
    }

    /// Bytes of what is on its way.
    long part() throws IOException {
      try (Stream<Path> files = Files.list(agent.data().resolve("files"))) {
        return files
            .filter(it -> it.getFileName().toString().endsWith(".part"))
            .mapToLong(it -> it.toFile().length())
            .sum();
      }
    }

    /// The agent of the moment counts what one before it has fetched.
    void awaitHeld(long held, long total) throws Exception {
      String count = "\"bytesDone\":" + held + ",\"bytesTotal\":" + total + ",";
      Await.untilTrue(
          LIMIT,
          () -> count + " in the status; " + agent.process().tail(),
          () -> agent.look("status", "--json").contains(count));
      assertThat(agent.look("why"))
          .containsAnyOf(
              "Downloading bundle: " + held + " of " + total + " bytes",
              ", " + held + " of " + total + " bytes");
    }

    boolean isLive(String version) throws Exception {
      String status = agent.look("status", "--json");
      return status.contains("\"phase\":\"live\"")
          && status.contains("\"liveVersion\":\"" + version + "\"");
    }

    void awaitLive(String version) throws InterruptedException {
      Await.untilTrue(
          LIMIT,
          () -> "model@" + version + " live; " + agent.process().tail(),
          () -> isLive(version));
    }

    Path live() throws IOException {
      return agent.data().resolve("apps/model/current").toRealPath().resolve("model.bin");
    }

    /// Files of the live and the previous release, nothing of a bundle; nothing half-made at the
    /// hub.
    void awaitNothingLeft(int files) throws InterruptedException {
      Path store = agent.data().resolve("files");
      Await.untilTrue(
          LIMIT,
          () -> "only " + files + " files in " + names(store),
          () ->
              names(store).size() == files
                  && names(store).stream().allMatch(name -> name.matches("[0-9a-f]{64}")));
      Path making = folder.resolve("hub/bundles/making");
      Await.untilTrue(LIMIT, () -> making + " to be empty", () -> names(making).isEmpty());
    }

    private static List<String> names(Path folder) {
      try (Stream<Path> files = Files.list(folder)) {
        return files.map(file -> file.getFileName().toString()).toList();
      } catch (IOException e) {
        return List.of(e.toString());
      }
    }

    long happened(String what, String detail) throws SQLException {
      try (Connection database =
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub/hub.db"));
          Statement statement = database.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT count(*) FROM happened WHERE what = '"
                      + what
                      + "' AND detail LIKE '%"
                      + detail
                      + "%'")) {
        return row.getLong(1);
      }
    }

    @Override
    public void close() throws Exception {
      agent.close();
      line.close();
      hub.close();
    }
  }
}
