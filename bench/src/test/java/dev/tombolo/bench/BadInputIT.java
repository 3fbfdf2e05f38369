package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Bad input gets a clear error and changes nothing, from the operator's file to the shop's token.
@Tag("slow")
class BadInputIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir static Path folder;
  private static RunningHub hub;
  private int devices;

  @BeforeAll
  static void start() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("retail");
    hub.apply("Site", "store-117", "{fleet: retail, timeZone: Europe/Berlin}");
  }

  @AfterAll
  static void end() {
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void anExpiredTokenIsSaidToBeExpired() throws Exception {
    String token = hub.token("--fleet", "retail", "--site", "store-117", "--life", "1s");
    // The token's own expiry has passed once the hub lists it as expired.
    Await.untilTrue(
        LIMIT, () -> "the token to expire", () -> hub.look("token", "list").contains("expired"));

    assertRefused(enroll(token), "expired");
  }

  @Test
  void aUsedTokenIsSaidToBeUsed() throws Exception {
    String token = hub.token("--fleet", "retail", "--site", "store-117");
    assertThat(enroll(token).orThrow().exit()).isZero();

    Command second = enroll(token);

    assertThat(second.exit()).isNotZero();
    assertThat(second.out() + second.err()).contains("another device's key");
    assertThat(hub.timesUsed(token)).isOne();
  }

  @Test
  void aRevokedTokenIsSaidToBeRevoked() throws Exception {
    String token = hub.token("--fleet", "retail", "--site", "store-117");
    hub.cli("token", "revoke", read(token).id());

    assertRefused(enroll(token), "revoked");
  }

  @Test
  void aMistypedTokenIsSaidToBeMistyped() throws Exception {
    String token = hub.token("--fleet", "retail", "--site", "store-117");
    char[] mistyped = token.toCharArray();
    mistyped[40] = mistyped[40] == '7' ? '8' : '7';

    assertRefused(enroll(new String(mistyped)), "check");
    assertRefused(enroll(token.substring(0, 60)), "token");
    assertRefused(enroll("tmb1_!!!"), "character");
  }

  @Test
  void aTokenThatPinsAnotherRootDoesNotTalkToThisHub() throws Exception {
    String text = hub.token("--fleet", "retail", "--site", "store-117");
    JoinToken token = read(text);
    JoinToken foreign =
        new JoinToken(
            token.id(),
            token.secret(),
            Digest.ofText("another hub's root"),
            token.publisherRoot(),
            token.expiresSeconds(),
            token.endpoints());

    assertRefused(enroll(JoinTokenCodec.encode(foreign)), "not the one the token was made for");
    assertThat(hub.timesUsed(text)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{fleet: retail, timezone: Europe/Berlin} | spec.timeZone: missing",
        "{fleet: retail, timeZone: Europe/Berlin, regoin: x} | did you mean 'region'?",
        "{fleet: retail, fleet: retail, timeZone: Europe/Berlin} | given twice",
        "{fleet: retial, timeZone: Europe/Berlin} | retail",
      })
  void aMistakeInAFileIsToldAndNothingIsMade(String spec, String words) throws Exception {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(
        file,
        """
        apiVersion: tombolo.dev/v1
        kind: Fleet
        metadata: {name: made-by-mistake}
        ---
        apiVersion: tombolo.dev/v1
        kind: Site
        metadata: {name: store-118}
        spec: %s
        """
            .formatted(spec));

    Command said = hub.tryCli("apply", "-f", file.toString());

    assertThat(said.exit()).isNotZero();
    assertThat(said.err()).startsWith("error: ").contains(words);
    assertThat(hub.cli("get", "fleets")).doesNotContain("made-by-mistake");
  }

  @Test
  void aBadUnitIsAUsageError() throws Exception {
    Command said = hub.tryCli("token", "create", "--fleet", "retail", "--life", "5 minutes");

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains("write a number and a unit");
  }

  @Test
  void aProtectedFleetNeedsItsName() throws Exception {
    Path file = folder.resolve("protected.yaml");
    Files.writeString(
        file,
        """
        apiVersion: tombolo.dev/v1
        kind: Fleet
        metadata: {name: production-fleet}
        spec: {protected: true}
        """);
    hub.cli("apply", "-f", file.toString(), "--yes-really", "production-fleet");
    String[] create = {"edge", "token", "create", "--fleet=production-fleet"};

    assertThat(hub.tryCli(create).exit()).isEqualTo(5);
    assertThat(hub.tryCli(append(create, "--yes-really", "retail")).exit()).isEqualTo(5);
    assertThat(hub.tryCli(append(create, "--yes-really", "production-fleet")).exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"../evil.txt,..", "/ABS/evil.txt,absolute", "a/./evil.txt,part"})
  void aSignedReleaseWithAPathThatLeavesItsFolderIsRefused(String path, String words)
      throws Exception {
    Path envelope = envelopeWith(path.replace("/ABS", folder.resolve("evil").toString()));

    Command said = push(envelope);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains(words);
    assertThat(hub.cli("release", "list")).doesNotContain("evil");
  }

  @Test
  void aReleaseUnsignedAlteredOrByAStrangerIsRefused() throws Exception {
    String signed = Files.readString(envelopeWith("evil.txt"));
    Path changed = folder.resolve("changed.release.json");

    Files.writeString(changed, signed.replaceAll("\"signatures\":\\[.*]", "\"signatures\":[]"));
    assertThat(push(changed).err()).contains("not signed");

    int at = signed.indexOf("\"sig\":\"") + 20;
    char other = signed.charAt(at) == 'A' ? 'B' : 'A';
    Files.writeString(changed, signed.substring(0, at) + other + signed.substring(at + 1));
    assertThat(push(changed).err()).contains("altered");

    hub.cli("keys", "new", "--out", "stranger");
    Path strangers = envelopeWith("evil.txt", "stranger.key");
    assertThat(push(strangers).err()).contains("no trusted key");
    assertThat(hub.cli("release", "list")).doesNotContain("evil");
  }

  @Test
  void aLinkIsNotSigned() throws Exception {
    Path release = Files.createDirectory(folder.resolve("linked"));
    Files.createSymbolicLink(release.resolve("passwords"), folder.resolve("publisher.key"));
    Files.writeString(
        release.resolve("release.yaml"),
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: linked, version: "1"}
        spec:
          kind: app
          variants: [{files: [{from: "*"}]}]
        """);

    Command said =
        hub.tryCli(
            "release",
            "sign",
            "-f",
            release.resolve("release.yaml").toString(),
            "--key",
            "publisher.key");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("'passwords' is a link");
  }

  @Test
  void aSecondHubOnTheSameFolderOrPortSaysSo() throws Exception {
    Command sameFolder = startHub(folder.resolve("hub"), 0, 0);
    assertThat(sameFolder.exit()).isEqualTo(1);
    assertThat(sameFolder.err()).contains("another hub").contains("--data");

    Path other = folder.resolve("hub-2");
    Command sameEdgePort = startHub(other, hub.edgePort(), 0);
    assertThat(sameEdgePort.exit()).isEqualTo(1);
    assertThat(sameEdgePort.err()).contains("in use").contains("--edge-port");

    Command sameAdminPort = startHub(other, 0, hub.adminPort());
    assertThat(sameAdminPort.exit()).isEqualTo(1);
    assertThat(sameAdminPort.err()).contains("in use").contains("--admin-port");
  }

  @Test
  void aDataFolderOfANewerVersionIsLeftAlone() throws Exception {
    Path newer = Files.createDirectory(folder.resolve("hub-newer"));
    setSchema(newer.resolve("hub.db"), 99);

    Command said = startHub(newer, 0, 0);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("written by a newer tombolo");
  }

  private Command enroll(String token) throws IOException, InterruptedException {
    Path data = folder.resolve("device-" + System.identityHashCode(this) + "-" + ++devices);
    return Command.run(
        List.of(
            hub.distributions().agent().toString(),
            "enroll",
            "--token",
            token,
            "--data",
            data.toString()),
        Map.of(),
        folder,
        LIMIT);
  }

  private static void assertRefused(Command enroll, String words) {
    assertThat(enroll.exit()).isNotZero();
    assertThat(enroll.out() + enroll.err()).containsIgnoringCase(words);
    assertThat(enroll.err()).doesNotContain("\tat ");
  }

  private static JoinToken read(String token) {
    if (JoinTokenCodec.decode(token) instanceof JoinTokenCodec.Read(var read)) {
      return read;
    }
    throw new IllegalStateException("the hub made a token that cannot be read: " + token);
  }

  private static Path envelopeWith(String path) throws Exception {
    return envelopeWith(path, "publisher.key");
  }

  /// A release of one file, signed without the checks that `release sign` makes.
  private static Path envelopeWith(String path, String keyFile) throws Exception {
    String content = "evil\n";
    Files.createDirectories(folder.resolve("evil/files/a"));
    Files.writeString(folder.resolve("evil/evil.txt"), content);
    Files.writeString(folder.resolve("evil/files/evil.txt"), content);
    Files.writeString(folder.resolve("evil/files/a/evil.txt"), content);
    Variant variant =
        new Variant(
            "linux",
            "any",
            List.of(),
            List.of(new Variant.File(path, content.length(), Digest.ofText(content), false)),
            new WorkloadSpec(
                WorkloadSpec.Type.NONE,
                List.of(),
                Map.of(),
                new WorkloadSpec.Reload.Restart(),
                List.of(),
                0,
                0,
                0),
            List.of());
    ReleaseManifest manifest =
        new ReleaseManifest(
            new Name("evil"),
            "1",
            ReleaseManifest.Kind.APP,
            "",
            List.of("*"),
            0,
            List.of(),
            List.of(variant));
    KeyPair key = Ed25519Keys.readPrivatePem(Files.readString(folder.resolve(keyFile)));
    Path envelope = folder.resolve("evil/evil-1.release.json");
    Files.writeString(
        envelope,
        Json.write(
            Dsse.sign(
                ReleaseManifest.PAYLOAD_TYPE,
                Json.write(manifest),
                key.getPrivate(),
                Ed25519Keys.keyid(key.getPublic()))));
    return envelope;
  }

  private static Command push(Path envelope) throws Exception {
    return hub.tryCli(
        "release", "push", envelope.toString(), "--files", folder.resolve("evil/files").toString());
  }

  private static Command startHub(Path data, int edgePort, int adminPort) throws Exception {
    return hub.tryCli(
        "hub",
        "--data",
        data.toString(),
        "--edge-port",
        Integer.toString(edgePort),
        "--admin-port",
        Integer.toString(adminPort));
  }

  private static void setSchema(Path database, int version) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE something (x)");
      statement.execute("PRAGMA user_version = " + version);
    }
  }

  private static String[] append(String[] args, String... more) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }
}
