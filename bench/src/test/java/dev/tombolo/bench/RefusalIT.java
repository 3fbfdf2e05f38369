package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.KitAsk;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The list of refusals: whatever a hub or a publisher lies about, and by whatever way it comes, a
/// device refuses it, goes on with the very process that it has, keeps nothing of it, and says why.
///
/// The hub is a real one whose database and files are altered while it is down, so that its
/// documents are rightly signed: a hub that was conquered.
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefusalIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final String SLOT = "store-1/counter-1";
  private static final int PAYLOAD_BYTES = 20_000;

  /// A bundle is worth it, and so is asking neighbours.
  private static final int LARGE_BYTES = 400_000;

  /// All of the large one comes in half a minute: time to look at what the device says meanwhile.
  private static final int SLOW_BYTES_PER_SECOND = 12_000;

  /// What is wrong with a release, or with what belongs to it.
  enum Lie {
    UNSIGNED("it is not signed"),
    UNDER_THRESHOLD("1 of 2 needed signatures hold"),
    UNKNOWN_KEY("no trusted key signed it"),
    ALTERED_BYTE_OF_THE_RELEASE("signature was refused"),
    ALTERED_BYTE_OF_A_FILE("instead of"),
    FILE_TOO_SHORT("bytes instead of"),
    FILE_TOO_LONG("bytes instead of"),
    BELOW_THE_FLOOR("security floor 1 lies below 3"),
    A_FILE_OF_ANOTHER_RELEASE("instead of"),
    ANOTHER_RELEASE_UNDER_ITS_NAME("instead of"),
    WRONG_VARIANT("no variant is for this machine"),
    OTHER_ARGV_THAN_SIGNED("signature was refused"),
    PARAMETER_THAT_THE_RELEASE_HAS_NOT("Parameter argv");

    private final String words;

    Lie(String words) {
      this.words = words;
    }

    boolean isOfAFile() {
      return switch (this) {
        case ALTERED_BYTE_OF_A_FILE, FILE_TOO_SHORT, FILE_TOO_LONG, A_FILE_OF_ANOTHER_RELEASE ->
            true;
        case UNSIGNED,
            UNDER_THRESHOLD,
            UNKNOWN_KEY,
            ALTERED_BYTE_OF_THE_RELEASE,
            BELOW_THE_FLOOR,
            ANOTHER_RELEASE_UNDER_ITS_NAME,
            WRONG_VARIANT,
            OTHER_ARGV_THAN_SIGNED,
            PARAMETER_THAT_THE_RELEASE_HAS_NOT ->
            false;
      };
    }
  }

  @TempDir static Path folder;
  private static RunningHub hub;
  private static HubClient client;
  private static Line line;
  private static RunningAgent agent;
  private static LyingHub liar;
  private static String process;

  @BeforeAll
  static void aDeviceRunsWhatIsRight() throws Exception {
    hub = RunningHub.start(folder);
    client = hub.client();
    liar = new LyingHub(hub);
    hub.cli("keys", "new", "--out", "publisher", "--keys", "2", "--threshold", "2");
    hub.cli("keys", "trust", "publisher.root.json");
    hub.apply("Fleet", "shops", "{}");
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    hub.apply("DeviceSlot", "counter-1", "{site: store-1}");
    hub.apply("Application", "app", "{fleet: shops}");
    push("right", 3, "any");
    push("other", 3, "any");
    hub.cli("assign", "app@right", "--fleet", "shops");
    line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()));
    agent =
        RunningAgent.join(
            hub.distributions(),
            folder.resolve("agent"),
            hub.token("--fleet", "shops", "--slot", SLOT, "--endpoint", "localhost:" + line.port()),
            List.of("link.backoffMaxSeconds=1"));
    awaitRight();
    process = Files.readString(pid());
    for (Lie lie : Lie.values()) {
      for (String way : List.of("line-", "kit-")) {
        boolean isForOthers = lie == Lie.WRONG_VARIANT;
        int floor = lie == Lie.BELOW_THE_FLOOR ? 1 : 3;
        push(way + word(lie), floor, isForOthers ? "riscv64" : "any");
      }
    }
    liar.whileDown(
        () -> {
          for (Lie lie : Lie.values()) {
            tell(lie, "line-" + word(lie));
            tell(lie, "kit-" + word(lie));
          }
        });
  }

  @AfterAll
  static void end() throws IOException {
    if (agent != null) {
      agent.close();
      agent.endWorkloads();
    }
    if (line != null) {
      line.close();
    }
    if (client != null) {
      client.close();
    }
    if (hub != null) {
      hub.close();
    }
  }

  /// Whatever became of the test before.
  @BeforeEach
  void theLineIsOpen() {
    line.set(new LineMode.Open());
  }

  @ParameterizedTest
  @EnumSource
  void whatComesByTheLineIsRefused(Lie lie) throws Exception {
    String version = "line-" + word(lie);
    if (lie.isOfAFile()) {
      liar.file(payload(version), lied(lie, liar.file(payload(version)), true));
    }
    select(lie, version);

    awaitSaid(lie);

    assertUntouched(version);
    undo(lie);
  }

  @ParameterizedTest
  @EnumSource
  void whatComesByAKitIsRefused(Lie lie) throws Exception {
    String version = "kit-" + word(lie);
    line.set(new LineMode.Cut());
    Path kit = folder.resolve(version + ".kit");
    if (lie.isOfAFile()) {
      hub.cli("assign", "app@" + version, "--fleet", "shops");
      KitMade made = client.post(KitMade.class, "/kits", new KitAsk("store-1", List.of(), true));
      hub.cli("assign", "app@right", "--fleet", "shops");
      LyingKit.write(made, kit, it -> lied(lie, liar.file(it), it.equals(payload(version))));
    } else {
      select(lie, version);
      hub.cli("kit", "create", "--site", "store-1", "--out", kit.toString());
    }

    Command applied = apply(kit);

    assertThat(applied.exit()).as(applied.out() + applied.err()).isNotZero();
    assertThat(applied.out() + applied.err()).contains(wordsOfTheKit(lie));
    assertUntouched(version);
    openWithNothingOnItsWay();
    if (!lie.isOfAFile()) {
      awaitSaid(lie);
    }
    undo(lie);
  }

  /// What is wrong with a kit itself is said when it is read; the hub hears of it by an event.
  private static String wordsOfTheKit(Lie lie) {
    return switch (lie) {
      case ALTERED_BYTE_OF_A_FILE, A_FILE_OF_ANOTHER_RELEASE -> "a record that ends before byte";
      case FILE_TOO_SHORT, FILE_TOO_LONG -> "bytes, not the 20000 of its release";
      case ANOTHER_RELEASE_UNDER_ITS_NAME -> "it lacks 2 of the files";
      case UNSIGNED,
          UNDER_THRESHOLD,
          UNKNOWN_KEY,
          ALTERED_BYTE_OF_THE_RELEASE,
          BELOW_THE_FLOOR,
          WRONG_VARIANT,
          OTHER_ARGV_THAN_SIGNED,
          PARAMETER_THAT_THE_RELEASE_HAS_NOT ->
          lie.words;
    };
  }

  /// Executable settings have their place in a signed release and nowhere else.
  @ParameterizedTest
  @EnumSource(LyingKit.Setting.class)
  void aDocumentThatBringsSettingsOfItsOwnIsRefused(LyingKit.Setting setting) throws Exception {
    String version = "document-" + setting.field();
    push(version, 3, "any");
    line.set(new LineMode.Cut());
    hub.cli("assign", "app@" + version, "--fleet", "shops");
    KitMade made = client.post(KitMade.class, "/kits", new KitAsk("store-1", List.of(), true));
    hub.cli("assign", "app@right", "--fleet", "shops");
    Path kit = folder.resolve(version + ".kit");
    LyingKit.write(
        LyingKit.with(made, setting, hub.folder().resolve("hub/ca/document-key.pem")),
        kit,
        liar::file);

    Command applied = apply(kit);

    assertThat(applied.exit()).isNotZero();
    assertThat(applied.err()).contains("brings '" + setting.field() + "'");
    assertUntouched(version);
    openWithNothingOnItsWay();
    undo(Lie.UNSIGNED);
  }

  /// What was selected for a moment, so that it gets into a kit, is right when it comes by the
  /// line, and the device would run it for that moment.
  private static void openWithNothingOnItsWay() throws IOException {
    line.breakConnections();
    line.set(new LineMode.Open());
  }

  /// How somebody alters a bundle on the hub's disk.
  enum ShelfLie {
    /// What comes is not what was offered.
    ALTERED("has digest"),

    /// What comes is what was offered, and does not make the release of what is live.
    ALTERED_AND_NAMED_ANEW("or one of the two is damaged");

    private final String words;

    ShelfLie(String words) {
      this.words = words;
    }
  }

  /// The device takes another way by itself, and says why so much more comes.
  @ParameterizedTest
  @EnumSource
  void aBundleThatWasAlteredIsRefused(ShelfLie lie) throws Exception {
    String version = "shelf-" + lie.ordinal();
    push(version, 3, "any", letters(version));
    BundleRow bundle = awaitBundle(version);
    switch (lie) {
      case ALTERED -> liar.bundle(bundle);
      case ALTERED_AND_NAMED_ANEW -> liar.whileDown(() -> liar.bundleUnderItsName(bundle));
    }
    line.set(new LineMode.Throttle(SLOW_BYTES_PER_SECOND));
    hub.cli("assign", "app@" + version, "--fleet", "shops");

    awaitSaid("The download is larger than it could be", lie.words);

    assertRunsOn();
    line.set(new LineMode.Open());
    awaitLive(agent, version);
    assertThat(agent.data().resolve("apps/app/current/payload.bin"))
        .hasBinaryContent(letters(version));
    undo(Lie.UNSIGNED);
    process = Files.readString(pid());
  }

  /// Another device of the site, which nobody suspects, and which altered what it gives. Last,
  /// because the site has two devices from now on.
  @Test
  @Order(Integer.MAX_VALUE)
  void whatANeighbourAlteredIsRefused() throws Exception {
    String version = "neighbour";
    byte[] right = new byte[LARGE_BYTES];
    new Random(version.hashCode()).nextBytes(right);
    push(version, 3, "any", right);
    hub.apply("DeviceSlot", "counter-2", "{site: store-1}");
    String endpoint = "localhost:" + hub.edgePort();
    String token =
        hub.token("--fleet", "shops", "--slot", "store-1/counter-2", "--endpoint", endpoint);
    RunningAgent neighbour =
        RunningAgent.join(hub.distributions(), folder.resolve("neighbour"), token, List.of());
    try {
      hub.cli("assign", "app@" + version, "--fleet", "shops", "--slot", "store-1/counter-2");
      awaitLive(neighbour, version);
      alter(neighbour.data().resolve("files/" + Digest.of(right).hex()));
      line.set(new LineMode.Throttle(SLOW_BYTES_PER_SECOND));
      hub.cli("assign", "app@" + version, "--fleet", "shops");

      Await.untilTrue(
          LIMIT,
          () -> "the hub to hear who lied; " + said() + agent.process().tail(),
          () -> liar.heard("peer-distrusted", "store-1/counter-2"));

      assertRunsOn();
      line.set(new LineMode.Open());
      awaitLive(agent, version);
      assertThat(agent.data().resolve("apps/app/current/payload.bin")).hasBinaryContent(right);
    } finally {
      neighbour.close();
      neighbour.endWorkloads();
    }
  }

  private static BundleRow awaitBundle(String version) throws Exception {
    return Await.until(
        LIMIT,
        () -> "the bundle from app@right to app@" + version,
        () ->
            client.list(BundleRow.class, "/bundles").stream()
                .filter(it -> it.target().equals("app@" + version))
                .filter(it -> "app@right".equals(it.base()) && it.standing().equals("made"))
                .findFirst()
                .orElse(null));
  }

  private static void alter(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.write(file, content);
  }

  private static Command apply(Path kit) throws Exception {
    Path words = Files.writeString(folder.resolve("words"), LyingKit.PASSPHRASE);
    List<String> passphrase = List.of("--passphrase-file", words.toString());
    return agent.cli("kit", "apply", kit.toString(), passphrase.getFirst(), passphrase.getLast());
  }

  // ---- lies

  /// Has the hub lie about a release that is right; while it is down. Lies about files, and those
  /// of an operator, are told one at a time.
  private static void tell(Lie lie, String version) throws SQLException, MalformedException {
    switch (lie) {
      case BELOW_THE_FLOOR,
          WRONG_VARIANT,
          PARAMETER_THAT_THE_RELEASE_HAS_NOT,
          ALTERED_BYTE_OF_A_FILE,
          FILE_TOO_SHORT,
          FILE_TOO_LONG,
          A_FILE_OF_ANOTHER_RELEASE -> {
        // The publisher itself made it so, or it comes later.
      }
      case UNSIGNED ->
          liar.envelope(version, it -> new Envelope(it.payloadType(), it.payload(), List.of()));
      case UNDER_THRESHOLD ->
          liar.envelope(
              version,
              it ->
                  new Envelope(
                      it.payloadType(), it.payload(), List.of(it.signatures().getFirst())));
      case UNKNOWN_KEY -> liar.envelope(version, RefusalIT::signedByStrangers);
      case ALTERED_BYTE_OF_THE_RELEASE ->
          liar.envelope(version, it -> replaced(it, "serve.sh", "serve.sg"));
      case OTHER_ARGV_THAN_SIGNED ->
          liar.envelopeAndDigest(version, it -> replaced(it, "${work.dir}", "${work.dir}/x"));
      case ANOTHER_RELEASE_UNDER_ITS_NAME -> {
        Envelope other = liar.envelope("other");
        liar.envelope(version, _ -> other);
      }
    }
  }

  /// A hub in its right mind would not let an operator select a release with a parameter that it
  /// has not; one that believes that somebody has, tells the device at the next change of its slot.
  /// Release and parameters change at once: the release alone is sound, and would be taken.
  private static void select(Lie lie, String version) throws Exception {
    if (lie == Lie.PARAMETER_THAT_THE_RELEASE_HAS_NOT) {
      boolean isRight = version.equals("right");
      liar.selection(
          "app", version, isRight ? "{\"m\":{}}" : "{\"m\":{\"argv\":\"/bin/sh -c evil\"}}");
      hub.apply("DeviceSlot", "counter-1, displayName: " + version, "{site: store-1}");
    } else {
      hub.cli("assign", "app@" + version, "--fleet", "shops");
    }
  }

  private static byte[] lied(Lie lie, byte[] right, boolean isWanted) {
    if (!isWanted) {
      return right;
    }
    return switch (lie) {
      case ALTERED_BYTE_OF_A_FILE -> {
        byte[] altered = right.clone();
        altered[right.length / 2] ^= 1;
        yield altered;
      }
      case FILE_TOO_SHORT -> java.util.Arrays.copyOf(right, right.length - 1);
      case FILE_TOO_LONG -> java.util.Arrays.copyOf(right, right.length + 1);
      case A_FILE_OF_ANOTHER_RELEASE -> bytes("other");
      case UNSIGNED,
          UNDER_THRESHOLD,
          UNKNOWN_KEY,
          ALTERED_BYTE_OF_THE_RELEASE,
          BELOW_THE_FLOOR,
          ANOTHER_RELEASE_UNDER_ITS_NAME,
          WRONG_VARIANT,
          OTHER_ARGV_THAN_SIGNED,
          PARAMETER_THAT_THE_RELEASE_HAS_NOT ->
          right;
    };
  }

  private static Envelope signedByStrangers(Envelope right) {
    Envelope signed = new Envelope(right.payloadType(), right.payload(), List.of());
    for (int i = 0; i < 2; i++) {
      KeyPair stranger = Ed25519Keys.generate(new SecureRandom());
      signed = Dsse.cosign(signed, stranger.getPrivate(), Ed25519Keys.keyid(stranger.getPublic()));
    }
    return signed;
  }

  /// The signatures stay.
  private static Envelope replaced(Envelope right, String old, String fresh) {
    String payload =
        new String(Base64.getDecoder().decode(right.payload()), StandardCharsets.UTF_8);
    assertThat(payload).contains(old);
    byte[] altered = payload.replace(old, fresh).getBytes(StandardCharsets.UTF_8);
    return new Envelope(
        right.payloadType(), Base64.getEncoder().encodeToString(altered), right.signatures());
  }

  /// What is wanted is right again, and the next lie finds the device as this one did.
  private static void undo(Lie lie) throws Exception {
    select(lie, "right");
    awaitRight();
  }

  // ---- what is so

  private static void awaitSaid(Lie lie) throws InterruptedException {
    awaitSaid(lie.words);
  }

  /// All of it, by the device and by the hub.
  private static void awaitSaid(String... words) throws InterruptedException {
    List<String> all = List.of(words);
    Await.untilTrue(
        LIMIT,
        () -> "the device to say " + all + "; " + said() + agent.process().tail(),
        () -> all.stream().allMatch(agent.look("why")::contains));
    Await.untilTrue(
        LIMIT,
        () -> "the hub to hear " + all + "; " + said(),
        () -> all.stream().allMatch(hub.look("why", SLOT)::contains));
  }

  private static String said() {
    try {
      return agent.cli("why").out() + hub.tryCli("why", SLOT).out();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e.toString();
    }
  }

  private static void assertRunsOn() throws IOException {
    assertThat(Files.readString(pid())).isEqualTo(process);
    assertThat(ProcessHandle.of(Long.parseLong(process.strip())))
        .hasValueSatisfying(it -> assertThat(it.isAlive()).isTrue());
    assertThat(agent.data().resolve("apps/app/current/version.txt")).hasContent("right");
  }

  private static void assertUntouched(String version) throws Exception {
    assertRunsOn();
    awaitGone(agent.data().resolve("files/" + payload(version).hex()));
    awaitGone(agent.data().resolve("releases/" + release(version).hex()));
  }

  /// What was refused is removed a little after it was.
  private static void awaitGone(Path file) throws InterruptedException {
    Await.untilTrue(
        LIMIT, () -> file + " to be gone; " + agent.process().tail(), () -> !Files.exists(file));
  }

  private static void awaitRight() throws InterruptedException {
    awaitLive(agent, "right");
  }

  private static void awaitLive(RunningAgent device, String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () ->
            "app@"
                + version
                + " live, and nothing else wanted; "
                + said()
                + device.process().tail(),
        () -> {
          String why = device.look("why");
          return why.contains("Everything wanted is live")
              && device.look("status", "--json").contains("\"liveVersion\":\"" + version + "\"");
        });
  }

  private static Path pid() {
    return agent.data().resolve("apps/app/work/pid");
  }

  // ---- releases

  private static String word(Lie lie) {
    return lie.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static byte[] bytes(String version) {
    byte[] bytes = new byte[PAYLOAD_BYTES];
    new Random(version.hashCode()).nextBytes(bytes);
    return bytes;
  }

  /// Text that packs to three quarters.
  private static byte[] letters(String version) {
    byte[] bytes = new byte[LARGE_BYTES];
    Random random = new Random(version.hashCode());
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (' ' + random.nextInt(64));
    }
    return bytes;
  }

  private static Digest payload(String version) {
    return Digest.of(bytes(version));
  }

  private static Digest release(String version) throws IOException, MalformedException {
    Path signed = hub.folder().resolve("app-" + version + "/signed.release.json");
    Envelope envelope =
        Json.read(Envelope.class, Files.readString(signed), Limits.SECTION_BYTES_MAX);
    return Digest.of(Base64.getDecoder().decode(envelope.payload()));
  }

  private static void push(String version, int floor, String architecture) throws Exception {
    push(version, floor, architecture, bytes(version));
  }

  private static void push(String version, int floor, String architecture, byte[] payload)
      throws Exception {
    Path made = Files.createDirectories(hub.folder().resolve("app-" + version));
    Files.write(made.resolve("payload.bin"), payload);
    Files.writeString(made.resolve("version.txt"), version);
    Path script = made.resolve("serve.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        echo $$ >"$1/pid"
        exec sleep 100000
        """);
    Files.writeString(
        made.resolve("release.yaml"),
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: app, version: "%s"}
        spec:
          kind: app
          securityFloor: %d
          variants:
            - architecture: %s
              files: [{from: serve.sh, executable: true}, {from: version.txt}, {from: payload.bin}]
              parameters: [{name: greeting, type: text, default: hello}]
              workload:
                type: process
                argv: ["${release.dir}/serve.sh", "${work.dir}", "${param.greeting}"]
                probes:
                  - {name: runs, every: 1s, timeout: 2s, exec: [/usr/bin/test, -s, "${work.dir}/pid"]}
                startup: 20s
                soak: 1s
                stopGrace: 2s
        """
            .formatted(version, floor, architecture));
    Path envelope = made.resolve("signed.release.json");
    hub.cli(
        "release",
        "sign",
        "-f",
        made.resolve("release.yaml").toString(),
        "--key",
        "publisher-1.key",
        "--key",
        "publisher-2.key",
        "--out",
        envelope.toString());
    hub.cli("release", "push", envelope.toString(), "--files", made.toString());
  }
}
