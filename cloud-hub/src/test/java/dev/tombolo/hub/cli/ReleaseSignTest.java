package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.cli.sign.SignedRelease;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Probe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseSignTest {
  @TempDir Path folder;
  private final Cli cli = new Cli();
  private ReleaseFolder release;

  @BeforeEach
  void publisher() throws IOException {
    release = new ReleaseFolder(folder).withKeys(cli);
  }

  @Test
  void aSignedReleaseVerifiesWithItsPublishersRoot() {
    Cli.Said signed = release.sign(cli);

    assertThat(signed.exit()).isZero();
    assertThat(signed.out()).contains("people-embedding@1.0.0 signed: 3 files, 24 B, 1 signature");
    assertThat(signed.err()).contains("tombolo release push");
    Cli.Said verified = verify("publisher.root.json");
    assertThat(verified.exit()).isZero();
    assertThat(verified.out()).contains("people-embedding@1.0.0 verified");
  }

  @Test
  void theSameFilesMakeTheSameRelease() throws IOException {
    release.sign(cli);
    byte[] first = Files.readAllBytes(release.envelope());

    release.sign(cli);

    assertThat(release.envelope()).hasBinaryContent(first);
  }

  @Test
  void whatAReleaseNeedsIsSignedAndAskedOfTheAgent() throws Exception {
    release.changeYaml(
        "description: finds similar sentences",
        "needs: {people-tokenizer: \">=2.1.0\", words: \"3\"}");

    assertThat(release.sign(cli).exit()).isZero();

    SignedRelease signed = SignedRelease.read(release.envelope());
    assertThat(signed.manifest().needs())
        .containsExactly(
            new Need(new Name("people-tokenizer"), "2.1.0"), new Need(new Name("words"), "3"));
    assertThat(signed.manifest().requires()).containsExactly("needs");
  }

  @Test
  void howLateAnAnswerMayComeIsSignedAndAskedOfTheAgent() throws Exception {
    release.changeYaml("timeout: 1s", "timeout: 1s\n            maxLatency: 150ms");

    assertThat(release.sign(cli).exit()).isZero();

    SignedRelease signed = SignedRelease.read(release.envelope());
    assertThat(signed.manifest().variants().getFirst().workload().probes())
        .extracting(Probe::maxLatencyMillis)
        .containsExactly(150);
    assertThat(signed.manifest().requires()).containsExactly("latency");
  }

  @ParameterizedTest
  @CsvSource({
    "0ms, must be longer than nothing and no longer than the probe's timeout",
    "1001ms, must be longer than nothing and no longer than the probe's timeout",
    "150, '150' is not a duration; write a number and a unit",
  })
  void anAnswersTimeLiesWithinTheTimeout(String latency, String refusal) throws IOException {
    release.changeYaml("timeout: 1s", "timeout: 1s\n            maxLatency: " + latency);

    Cli.Said signed = release.sign(cli);

    assertThat(signed.exit()).isEqualTo(1);
    assertThat(signed.err()).contains("release.yaml line 26").contains("maxLatency: " + refusal);
  }

  @Test
  void theEnvelopesNameCanBeChosen() {
    Cli.Said signed =
        cli.run(
            "release",
            "sign",
            "-f",
            release.text("release.yaml"),
            "--key",
            release.text("publisher.key"),
            "--out",
            release.text("chosen/release.json"));

    assertThat(signed.exit()).describedAs(signed.err()).isZero();
    assertThat(release.at("chosen/release.json")).isRegularFile();
    assertThat(release.at("chosen/release.files.json")).isRegularFile();
  }

  @Test
  void aStrangersSignatureIsRefused() {
    release.sign(cli);
    cli.run("keys", "new", "--out", release.text("stranger"));

    Cli.Said said = verify("stranger.root.json");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("no trusted key signed it");
  }

  @Test
  void anUnsignedReleaseIsRefused() throws IOException {
    release.sign(cli);
    String signed = Files.readString(release.envelope());
    Files.writeString(
        release.envelope(), signed.replaceAll("\"signatures\":\\[.*]", "\"signatures\":[]"));

    Cli.Said said = verify("publisher.root.json");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("it is not signed");
  }

  @Test
  void anAlteredByteOfTheManifestIsRefused() throws IOException {
    release.sign(cli);
    String envelope = Files.readString(release.envelope());
    String payload = envelope.replaceAll(".*\"payload\":\"([^\"]*)\".*", "$1");
    String altered =
        new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8)
            .replace("run.sh", "rum.sh");
    Files.writeString(
        release.envelope(),
        envelope.replace(
            payload, Base64.getEncoder().encodeToString(altered.getBytes(StandardCharsets.UTF_8))));

    Cli.Said said = verify("publisher.root.json");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("altered after signing");
  }

  @Test
  void anAlteredByteOfAFileIsRefused() throws IOException {
    release.sign(cli);
    release.write("model/weights.onnx", "weights 2");

    Cli.Said said = verify("publisher.root.json");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("weights.onnx was changed since the release was signed");
  }

  @Test
  void aThresholdOfTwoNeedsTwoKeys() throws IOException {
    cli.run("keys", "new", "--out", release.text("team"), "--keys", "2", "--threshold", "2");
    String first = release.text("team-1.key");
    String second = release.text("team-2.key");
    String[] sign = {
      "release", "sign", "-f", release.text("release.yaml"), "--out", release.text("dist"), "--key"
    };

    cli.run(append(sign, first));
    assertThat(verify("team.root.json").err()).contains("1 of 2 needed signatures");

    cli.run(append(sign, first, "--key", second));
    assertThat(verify("team.root.json").exit()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "from: model/** | from: ../secret | line 12: spec.variants[0].files[0].from: '../secret' leaves the folder",
        "from: model/** | from: model/../../x | leaves the folder by '..'",
        "from: model/** | from: /etc/passwd | '/etc/passwd' is absolute; write it relative",
        "from: model/** | from: nothing/** | 'nothing/**' finds no file in",
        "from: model/** | from: nothing.onnx | there is no file 'nothing.onnx' in",
        "from: model/** | from: model | 'model' is a folder; write 'model/**'",
        "- from: model/** | - {from: run.sh, to: bin/RUN.SH} | 'bin/run.sh' is in this variant already",
        "to: bin/ | to: ../bin/ | '../bin/' leaves the folder",
        "from: model/** | from: 'model/[' | is not a pattern",
        "kind: model | kind: modell | spec.kind: 'modell' is not one of model, app, agent; did you mean 'model'?",
        "kind: Release | kind: Site | kind: 'Site' is not one of Release",
        "apiVersion: tombolo.dev/v1 | apiVersion: tombolo.dev/v2 | apiVersion: 'tombolo.dev/v2' is not one of tombolo.dev/v1",
        "version: \"1.0.0\" | version: 1.0 | metadata.version: is meant as a text: write it in quotes",
        "version: \"1.0.0\" | version: \"1 0\" | '1 0' is not a version",
        "name: people-embedding | name: People | metadata.name: 'People' is not a name",
        "description: finds similar sentences | needs: {People: \"1\"} | 'People' is not an application's name",
        "description: finds similar sentences | needs: {people-embedding: \"1\"} | it needs itself",
        "description: finds similar sentences | needs: {words: \"1 0\"} | '1 0' is not a version",
        "startup: 30s | startup: 30 | workload.startup: '30' is not a duration",
        "startup: 30s | startup: 1500ms | write whole seconds",
        "soak: 2s | soack: 2s | soack: unknown field; did you mean 'soak'?",
        "type: process | type: container | 'container' is not one of process",
        "type: integer | type: int | 'int' is not one of integer, boolean, text",
        "argv: [\"${release.dir}/bin/run.sh\", \"${param.port}\"] | argv: [] | workload.argv: missing",
        "${param.port}\"] | ${param.prot}\"] | param.prot",
        "default: 9000 | default: 90 | port",
        "http: {port: \"${param.port}\", path: /healthz} | wait: 2s | give exactly one of exec, http, tcp",
        "description: finds similar sentences | fleets: [Retail] | 'Retail' is not a fleet's name",
      })
  void whatIsWrongWithAReleaseIsToldBeforeSigning(String part, String by, String words)
      throws IOException {
    release.changeYaml(part, by);

    Cli.Said said = release.sign(cli);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).startsWith("error: release.yaml").contains(words);
    assertThat(said.err()).doesNotContain("Exception");
    assertThat(release.at("dist")).doesNotExist();
  }

  @Test
  void aLinkIsRefusedHoweverItIsReached() throws IOException {
    Files.createSymbolicLink(release.at("model/link.onnx"), Path.of("weights.onnx"));
    assertThat(release.sign(cli).err()).contains("'model/link.onnx' is a link");

    Files.delete(release.at("model/link.onnx"));
    Files.createSymbolicLink(release.at("linked"), Path.of("model"));
    release.changeYaml("from: model/**", "from: linked/weights.onnx");
    assertThat(release.sign(cli).err()).contains("'linked' is a link");

    release.changeYaml("from: model/**", "from: linked/**");
    assertThat(release.sign(cli).err()).contains("'linked' is a link");

    Files.createDirectories(release.at("model/sub"));
    Files.writeString(release.at("model/sub/words.txt"), "theirs");
    release.changeYaml("from: model/**", "from: linked/sub/**");
    assertThat(release.sign(cli).err()).contains("'linked' is a link");
  }

  @Test
  void aMissingKeySaysHowToMakeOne() {
    Cli.Said said =
        cli.run(
            "release", "sign", "-f", release.text("release.yaml"), "--key", release.text("no.key"));

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("tombolo keys new");
  }

  @Test
  void aFailureAsJsonCarriesCodeAndMessage() {
    Cli.Said said = cli.run("release", "verify", release.text("none.release.json"), "--json");

    assertThat(said.exit()).isEqualTo(4);
    assertThat(said.out()).isEmpty();
    assertThat(said.err()).startsWith("{\"exit\":4,\"code\":\"not-found\",\"message\":");
  }

  private Cli.Said verify(String root) {
    return cli.run(
        "release", "verify", release.envelope().toString(), "--root", release.text(root));
  }

  private static String[] append(String[] args, String... more) {
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }
}
