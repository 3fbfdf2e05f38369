package dev.tombolo.installer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import dev.tombolo.protocol.token.TokenSecret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `install.sh` against a hub of its own making: what it installs, and what it refuses.
@Tag("slow")
class InstallScriptTest {
  private static final Instant IN_AN_HOUR = Instant.now().plusSeconds(3600);

  @TempDir private Path folder;
  private Path prefix;
  private Path data;
  private FakeHub hub;

  @BeforeEach
  void startHub() throws Exception {
    prefix = folder.resolve("opt");
    data = folder.resolve("state");
    hub = new FakeHub(Files.createDirectory(folder.resolve("hub")));
    offer(packed("1.0"));
  }

  @AfterEach
  void stopHub() {
    hub.close();
  }

  @Test
  void oneCommandWithATokenInstallsAndEnrols() throws Exception {
    String token = token("root", IN_AN_HOUR);

    String said = install("--token", token);

    assertThat(said).contains("Done.");
    assertThat(Tool.run(folder, Map.of(), List.of(program(), "--version"))).isEqualTo("1.0\n");
    assertThat(enrolments())
        .as("no argument shows the token")
        .containsExactly("enroll --token-file - --data " + data + " < " + token);
    assertThat(Files.getPosixFilePermissions(data))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aSecondRunLeavesAnEnrolledDeviceAsItIs() throws Exception {
    install("--token", token("root", IN_AN_HOUR));

    String said = install("--token", token("root", IN_AN_HOUR));

    assertThat(said).contains("enrolled already").contains("is there already");
    assertThat(enrolments()).hasSize(1);
  }

  @Test
  void aLaterRunBringsTheProgramUpToTheHubsVersion() throws Exception {
    install("--token", token("root", IN_AN_HOUR));
    offer(packed("2.0"));

    install("--token", token("root", IN_AN_HOUR));

    assertThat(Tool.run(folder, Map.of(), List.of(program(), "--version"))).isEqualTo("2.0\n");
    assertThat(prefix.resolve("versions")).isDirectoryContaining(Files::isDirectory);
  }

  @Test
  void ofOldVersionsOneIsKept() throws Exception {
    for (String version : List.of("2.0", "3.0", "4.0")) {
      install("--token", token("root", IN_AN_HOUR));
      offer(packed(version));
    }
    install("--token", token("root", IN_AN_HOUR));
    // Once more for the same version: the one before stays.
    install("--token", token("root", IN_AN_HOUR));

    try (Stream<Path> versions = Files.list(prefix.resolve("versions"))) {
      List<String> kept = new ArrayList<>();
      for (Path version : versions.toList()) {
        kept.add(
            Tool.run(
                folder, Map.of(), List.of(version.resolve("bin/tombolo-agent") + "", "--version")));
      }
      assertThat(kept).containsExactlyInAnyOrder("3.0\n", "4.0\n");
    }
  }

  @Test
  void anEnrolmentThatBrokeOffIsDoneAgain() throws Exception {
    Path powerCut = Files.createFile(folder.resolve("power-cut"));
    assertThatThrownBy(() -> install("--token", token("root", IN_AN_HOUR)))
        .hasMessageContaining("installed but not enrolled");
    assertThat(data.resolve("identity/certificate.pem")).exists();
    Files.delete(powerCut);

    assertThat(install("--token", token("root", IN_AN_HOUR))).contains("enrolling with the hub");

    assertThat(enrolments()).hasSize(2);
    assertThat(data.resolve("joined")).exists();
  }

  @Test
  void aDeviceWhoseDatabaseIsDamagedIsLeftAsItIs() throws Exception {
    install("--token", token("root", IN_AN_HOUR));
    Files.createFile(data.resolve("damaged"));

    assertThat(install("--token", token("root", IN_AN_HOUR))).contains("enrolled already", "Done.");

    assertThat(enrolments()).hasSize(1);
  }

  @Test
  void theProxyOfTheInstallationIsTheAgentsToo() throws Exception {
    try (JoiningProxy proxy = new JoiningProxy()) {
      Map<String, String> through = environment("http://" + proxy.address() + "/", "");

      String said = installWith(through, "--token", token("root", IN_AN_HOUR));

      assertThat(said).contains("goes through the proxy " + proxy.address());
      assertThat(proxy.asked()).contains(hub.address());
    }
    Path settings = data.resolve("agent.properties");
    String written = Files.readString(settings);
    assertThat(written).startsWith("proxy=127.0.0.1:");
    assertThat(Files.getPosixFilePermissions(settings))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));

    // Whoever has settings keeps them.
    try (JoiningProxy proxy = new JoiningProxy()) {
      installWith(environment(proxy.address(), ""), "--token", token("root", IN_AN_HOUR));
    }
    assertThat(settings).hasContent(written);
  }

  @Test
  void settingsThatAPowerCutEmptiedAreWrittenAnew() throws Exception {
    Path settings = Files.createDirectory(data).resolve("agent.properties");
    Files.createFile(settings);

    try (JoiningProxy proxy = new JoiningProxy()) {
      installWith(environment(proxy.address(), ""), "--token", token("root", IN_AN_HOUR));
    }

    assertThat(settings).content().startsWith("proxy=127.0.0.1:");
  }

  @Test
  void theServiceIsOnTheDiskBeforeItIsStarted() throws Exception {
    String said = installService();

    assertThat(said).contains("its agent runs. See");
    assertThat(folder.resolve("units/tombolo-agent.service"))
        .hasContent("run " + prefix + " " + data);
    List<String> steps = Files.readAllLines(folder.resolve("machine/steps"));
    assertThat(steps)
        .containsSubsequence(
            "sync -f " + folder.resolve("units/tombolo-agent.service.new"),
            "systemctl daemon-reload",
            "systemctl enable --quiet tombolo-agent.service",
            "sync -f " + folder.resolve("units"),
            "systemctl restart tombolo-agent.service");
  }

  @Test
  void anAgentWithoutALineIsSaidToHaveNone() throws Exception {
    Files.createFile(folder.resolve("cut"));

    assertThat(installService()).contains("it has no line to the hub yet", "tombolo-agent why");
  }

  @Test
  void aVersionThatDoesNotStayUpGivesWayToTheOneBefore() throws Exception {
    installService();
    offer(packed("1.1"));
    Files.writeString(folder.resolve("machine/broken"), "1.1");

    assertThatThrownBy(this::installService)
        .hasMessageContaining("the agent 1.1 does not stay up here; 1.0 runs again");

    assertThat(Tool.run(folder, Map.of(), List.of(program(), "--version"))).isEqualTo("1.0\n");
  }

  @Test
  void aFirstVersionThatDoesNotStayUpIsNotCalledDone() throws Exception {
    Files.createDirectories(folder.resolve("machine"));
    Files.writeString(folder.resolve("machine/broken"), "1.0");

    assertThatThrownBy(this::installService)
        .hasMessageContaining("is installed but does not stay up")
        .hasMessageContaining("journalctl");
  }

  @Test
  void aProxyThatTheHubNeedsNotIsNotKept() throws Exception {
    Map<String, String> beside = environment("http://127.0.0.1:1", "localhost,127.0.0.1");

    installWith(beside, "--token", token("root", IN_AN_HOUR));

    assertThat(data.resolve("agent.properties")).doesNotExist();
  }

  private static Map<String, String> environment(String proxy, String without) {
    return Map.of("https_proxy", proxy, "no_proxy", without, "NO_PROXY", without);
  }

  @Test
  void aProgramWhoseFilesAPowerCutEmptiedIsUnpackedAnew() throws Exception {
    install("--token", token("root", IN_AN_HOUR));
    Path program = Path.of(program()).toRealPath();
    Files.write(program, new byte[0]);

    assertThat(install("--token", token("root", IN_AN_HOUR))).doesNotContain("is there already");

    assertThat(Tool.run(folder, Map.of(), List.of(program(), "--version"))).isEqualTo("1.0\n");
  }

  @Test
  void everyHubThatTheTokenNamesIsTried() throws Exception {
    String token =
        token(
            hub.keyOf("root"),
            IN_AN_HOUR,
            List.of("127.0.0.1:1", hub.address()),
            new SplittableRandom(9));

    assertThat(install("--token", token)).contains("asking 127.0.0.1:1 for", "Done.");
  }

  @Test
  void uninstallingRemovesTheProgramAndLeavesTheState() throws Exception {
    install("--token", token("root", IN_AN_HOUR));

    assertThat(install("--uninstall")).contains("Done.");

    assertThat(prefix).doesNotExist();
    assertThat(data.resolve("joined")).exists();
  }

  @Test
  void aCutDownloadGoesOnWhereItStopped() throws Exception {
    hub.cutNextDownloads(2);

    String said = install("--token", token("root", IN_AN_HOUR));

    assertThat(said).contains("Done.");
    assertThat(hub.resumedDownloads()).isEqualTo(2);
  }

  @Test
  void aHubWithAnotherKeyThanTheTokensIsRefusedBeforeAnythingIsFetched() throws Exception {
    hub.makeAuthority("stranger");
    String token = token("stranger", IN_AN_HOUR);

    assertRefused("is not the hub that made this token", "--token", token);
  }

  @Test
  void aHubThatShowsTheRightCaButHoldsACertificateOfAnotherIsRefused() throws Exception {
    hub.makeAuthority("stranger");
    hub.serveAsCa("stranger");
    String token = token("stranger", IN_AN_HOUR);

    assertRefused("certificate was not accepted", "--token", token);
  }

  /// The line puts its own CA beside the hub's, under a label that OpenSSL reads, too, and where it
  /// looks like a comment.
  @Test
  void nothingIsTrustedBesideTheCertificateThatThePinIsOf() throws Exception {
    hub.makeAuthority("stranger");
    String token = token("stranger", IN_AN_HOUR);
    String both = hub.certificateOf("stranger") + hub.certificateOf("root");
    String hidden =
        "#-----BEGIN CERTIFICATE-----\n"
            + both.replace("-----BEGIN CERTIFICATE", "-----BEGIN X509 CERTIFICATE")
                .replace("-----END CERTIFICATE", "-----END X509 CERTIFICATE");
    hub.serve("/v1/ca.pem", hidden.getBytes(StandardCharsets.US_ASCII));

    assertRefused("certificate was not accepted", "--token", token);
  }

  @Test
  void aProxyOfAnotherKindIsSaidAndNotWrittenDown() throws Exception {
    try (JoiningProxy proxy = new JoiningProxy()) {
      Map<String, String> upper = environment("HTTP://" + proxy.address(), "");
      installWith(upper, "--token", token("root", IN_AN_HOUR));
    }
    assertThat(Files.readString(data.resolve("agent.properties"))).startsWith("proxy=127.0.0.1:");
  }

  /// A run that broke off, or one that brings the program up to date, on another day.
  @Test
  void aTokenThatHasExpiredIsGoodWhereADeviceHasJoined() throws Exception {
    String token = token("root", Instant.now().minusSeconds(60));
    assertRefused("expired on", "--token", token);

    Files.createDirectories(data.resolve("identity"));
    assertThat(install("--token", token)).contains("expired on").contains("Done.");
  }

  @Test
  void aPackageThatIsNotWhatTheListSaysIsNeverInstalled() throws Exception {
    byte[] altered = packed("1.0");
    altered[altered.length / 2] ^= 1;
    hub.serve("/packages/" + ShopPackage.NAME, altered);

    assertRefused("not what its list says", "--token", token("root", IN_AN_HOUR));
  }

  @Test
  void aMistypedTokenIsToldFromAnExpiredOne() throws Exception {
    String good = token("root", IN_AN_HOUR);
    char last = good.charAt(40);
    String mistyped = good.substring(0, 40) + (last == '7' ? '8' : '7') + good.substring(41);

    assertRefused("mistyped", "--token", mistyped);
    assertRefused("no token has, at place 3", "--token", "tmb1_00u" + good.substring(8));
    assertRefused("cut short", "--token", good.substring(0, 60));
    assertRefused("begins with tmb1_", "--token", "hello");
    assertRefused("expired on", "--token", token("root", Instant.now().minusSeconds(60)));
  }

  @Test
  void tokensOfEveryLengthAndCaseAreRead() throws Exception {
    SplittableRandom random = new SplittableRandom(117);
    for (int endpoints = 1; endpoints <= 4; endpoints++) {
      List<String> all = new ArrayList<>(List.of(hub.address()));
      while (all.size() < endpoints) {
        all.add("h".repeat(random.nextInt(1, 40)) + ".example:443");
      }
      String token = token(hub.keyOf("root"), IN_AN_HOUR, all, random);

      assertThat(install("--dry-run", "--token", token.toUpperCase(Locale.ROOT)))
          .contains("All is well");
    }
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    String said = install("--dry-run", "--token", token("root", IN_AN_HOUR));

    assertThat(said).contains("Nothing was changed");
    assertThat(prefix).doesNotExist();
    assertThat(data).doesNotExist();
  }

  @Test
  void theTokenMayComeByStandardInputOrEnvironment() throws Exception {
    String token = token("root", IN_AN_HOUR);
    Path file = Files.writeString(folder.resolve("token"), token + "\n");

    assertThat(install("--dry-run", "--token-file=" + file)).contains("All is well");
    assertThat(installWith(Map.of("TOMBOLO_TOKEN", token), "--dry-run")).contains("All is well");
  }

  // ---- given

  private String token(String authority, Instant expires) throws Exception {
    return token(
        hub.keyOf(authority),
        expires,
        List.of(hub.address()),
        new SplittableRandom(expires.getNano()));
  }

  private static String token(
      Digest root, Instant expires, List<String> endpoints, SplittableRandom random) {
    byte[] secret = new byte[TokenSecret.BYTES];
    random.nextBytes(secret);
    byte[] id = new byte[8];
    random.nextBytes(id);
    return JoinTokenCodec.encode(
        new JoinToken(
            HexFormat.of().formatHex(id),
            new TokenSecret(secret),
            root,
            Digest.ofText("publisher"),
            expires.getEpochSecond(),
            endpoints));
  }

  private void offer(byte[] packed) {
    hub.serve("/packages/" + ShopPackage.NAME, packed);
    hub.serve("/packages/" + ShopPackage.DIGESTS, digests(packed));
  }

  private static byte[] digests(byte[] packed) {
    return (Digest.of(packed).hex() + "  " + ShopPackage.NAME + "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /// A package whose program writes down how it was called, and is enrolled afterwards.
  private byte[] packed(String version) throws IOException {
    Path home = folder.resolve("made-" + version).resolve("tombolo-agent");
    Path program = home.resolve("bin/tombolo-agent");
    Files.createDirectories(program.getParent());
    Files.writeString(
        program,
        """
        #!/bin/sh
        case "$*" in
          --version) echo %s; exit ;;
          status*)
            test -e %s/joined && ! test -e %s/damaged || exit 1
            test -e %s/cut || echo "line      up since today"
            exit
            ;;
          "enroll --check"*) test -e %s/joined || exit 4; exit 0 ;;
        esac
        echo "$* < $(cat)" >>%s
        mkdir -p %s/identity && touch %s/identity/certificate.pem
        test ! -e %s || exit 1
        touch %s/joined
        """
            .formatted(
                version,
                data,
                data,
                folder,
                data,
                folder.resolve("calls"),
                data,
                data,
                folder.resolve("power-cut"),
                data));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Path share = Files.createDirectories(home.resolve("share"));
    Files.writeString(share.resolve("tombolo-agent.service"), "run @PREFIX@ @DATA@");
    Path packages = ShopPackage.make(home, folder.resolve("made-" + version));
    return Files.readAllBytes(packages.resolve(ShopPackage.NAME));
  }

  // ---- when

  private String install(String... arguments) throws IOException {
    return installWith(Map.of(), arguments);
  }

  private String installWith(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of("sh", Path.of("install.sh").toAbsolutePath().toString(), "--no-service"));
    command.addAll(List.of("--prefix", prefix.toString(), "--data", data.toString()));
    command.addAll(List.of(arguments));
    return Tool.run(folder, environment, command);
  }

  /// On a machine with a systemd of its own making, whose clock stands still.
  private String installService() throws Exception {
    Path machine = Files.createDirectories(folder.resolve("machine"));
    Path units = Files.createDirectories(folder.resolve("units"));
    String script =
        Files.readString(Path.of("install.sh"))
            .replace("/etc/systemd/system", units.toString())
            .replace("/run/systemd/system", machine.toString());
    Path installer = Files.writeString(folder.resolve("install.sh"), script);
    tool(machine, "sync", "echo \"sync $*\" >>%1$s/steps");
    tool(machine, "sleep", ":");
    tool(
        machine,
        "systemctl",
        """
        echo "systemctl $*" >>%1$s/steps
        [ "$1" = show ] || exit 0
        [ "$(%2$s --version)" != "$(cat %1$s/broken 2>/dev/null)" ] || echo >>%1$s/ends
        echo "MainPID=$((100 + $(cat %1$s/ends 2>/dev/null | wc -l)))"
        """);
    return Tool.run(
        folder,
        Map.of("PATH", machine + ":" + System.getenv("PATH")),
        List.of(
            "sh",
            installer.toString(),
            "--prefix=" + prefix,
            "--data=" + data,
            "--token",
            token("root", IN_AN_HOUR)));
  }

  private void tool(Path machine, String name, String script) throws IOException {
    Path tool =
        Files.writeString(
            machine.resolve(name), "#!/bin/sh\n" + script.formatted(machine, program()) + "\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
  }

  // ---- then

  private void assertRefused(String because, String... arguments) {
    assertThatThrownBy(() -> install(arguments))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(because);
    assertThat(prefix.resolve("current")).doesNotExist();
    assertThat(folder.resolve("calls")).doesNotExist();
  }

  private String program() {
    return prefix.resolve("current/bin/tombolo-agent").toString();
  }

  private List<String> enrolments() throws IOException {
    return Files.readAllLines(folder.resolve("calls"));
  }
}
