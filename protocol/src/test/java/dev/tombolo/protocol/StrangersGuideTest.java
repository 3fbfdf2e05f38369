package dev.tombolo.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.codec.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of `docs/protocol.md` do what the page says, with nothing but sh and openssl.
class StrangersGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "protocol.md");
  private static final Pattern SCRIPT =
      Pattern.compile("```sh\n# file: (\\S+\\.sh) [^\n]*\n.*?```", Pattern.DOTALL);

  @TempDir Path folder;

  @BeforeEach
  void goldenFilesLieReady() throws Exception {
    Matcher scripts = SCRIPT.matcher(Files.readString(GUIDE));
    while (scripts.find()) {
      String text = scripts.group();
      write(scripts.group(1), text.substring("```sh\n".length(), text.length() - "```".length()));
    }
    write("join-token.txt", GoldenFiles.golden("join-token.txt"));
    write("ca.pem", GoldenFiles.resource("/trust/ca.pem"));
    write("desired-update.json", GoldenFiles.golden("desired-update.json"));
    write("device.txt", GoldenFiles.DEVICE.text());
  }

  @Test
  void theTokenIsReadByHand() throws Exception {
    assertThat(run("read-token.sh")).isZero();
    assertThat(read("root-pin.txt").strip()).isEqualTo(GoldenFiles.TOKEN.rootKey().hex());
    assertThat(read("publisher-pin.txt").strip()).isEqualTo(GoldenFiles.ROOT_DIGEST.hex());
    assertThat(read("endpoint.txt")).isEqualTo("hub.example:8443");
  }

  @Test
  void theRootIsCheckedAgainstThePin() throws Exception {
    run("read-token.sh");
    assertThat(run("check-pin.sh")).isZero();
    write("ca.pem", GoldenFiles.resource("/trust/other-ca.pem"));
    assertThat(run("check-pin.sh")).isNotZero();
  }

  @Test
  void theDesiredDocumentIsVerified() throws Exception {
    assertThat(run("verify-desired.sh")).isZero();
    assertThat(read("manifest.json")).isEqualTo(Json.write(GoldenFiles.MANIFEST));
    assertThat(read("section-place")).isEqualTo(Json.write(GoldenFiles.PLACE));
    assertThat(read("section-release_people-counter"))
        .isEqualTo(Json.write(GoldenFiles.RELEASE_ENVELOPE));
  }

  @Test
  void anAlteredDocumentIsRefused() throws Exception {
    String sound = GoldenFiles.golden("desired-update.json");
    String payload = GoldenFiles.MANIFEST_ENVELOPE.payload();
    refused(sound.replace(payload, payload.replaceFirst("e", "f")));
    refused(sound.replace("Europe/Zurich", "Europe/Berlin"));
    String foreign = GoldenFiles.resource("/trust/document-of-other-ca.pem");
    refused(
        sound.replace(
            GoldenFiles.resource("/trust/document.pem").replace("\n", "\\n"),
            foreign.replace("\n", "\\n")));
    write("device.txt", "dev-000000000000000000000000");
    refused(sound);
  }

  @Test
  void theReleaseIsVerified() throws Exception {
    run("read-token.sh");
    run("verify-desired.sh");
    assertThat(run("verify-release.sh")).isZero();
    assertThat(read("release.json")).isEqualTo(Json.write(GoldenFiles.RELEASE));
    write("publisher-pin.txt", "0".repeat(64) + "\n");
    assertThat(run("verify-release.sh")).isNotZero();
  }

  private void refused(String update) throws Exception {
    write("desired-update.json", update);
    assertThat(run("verify-desired.sh")).isNotZero();
  }

  private int run(String script) throws Exception {
    Path output = folder.resolve(script + ".out");
    Process process =
        new ProcessBuilder("sh", "-eu", script)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private void write(String file, String text) throws Exception {
    Files.write(folder.resolve(file), text.getBytes(StandardCharsets.UTF_8));
  }

  private String read(String file) throws Exception {
    return Files.readString(folder.resolve(file));
  }
}
