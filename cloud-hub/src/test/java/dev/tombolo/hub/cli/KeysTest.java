package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeysTest {
  @TempDir Path folder;
  private final Cli cli = new Cli();

  @Test
  void aNewKeyIsReadableByItsOwnerAloneAndNamedByItsRoot() throws IOException {
    Cli.Said said = cli.run("keys", "new", "--out", folder.resolve("publisher").toString());

    assertThat(said.exit()).isZero();
    assertThat(said.err()).contains("keep it secret").contains("tombolo keys trust");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("publisher.key"))))
        .isEqualTo("rw-------");
    String ofRoot = list("publisher.root.json");
    assertThat(ofRoot).isEqualTo(said.out());
    assertThat(list("publisher.key")).contains(ofRoot.replaceAll("(?s).*(sha256:\\w+).*", "$1"));
  }

  @Test
  void severalKeysShareOneRootWithItsThreshold() {
    Cli.Said said =
        cli.run(
            "keys",
            "new",
            "--out",
            folder.resolve("team").toString(),
            "--keys",
            "3",
            "--threshold",
            "2");

    assertThat(said.exit()).isZero();
    assertThat(folder.resolve("team-1.key")).exists();
    assertThat(folder.resolve("team-3.key")).exists();
    assertThat(said.out()).contains("2 of 3");
  }

  @Test
  void aRotatedRootIsSignedByTheKeysBeforeItAndByItsOwn() throws Exception {
    String first = folder.resolve("publisher").toString();
    cli.run("keys", "new", "--out", first);
    String second = folder.resolve("next").toString();
    String third = folder.resolve("third").toString();

    Cli.Said rotated = rotate(first + ".root.json", first + ".key", second);
    Cli.Said again = rotate(second + ".root.json", second + ".key", third);

    assertThat(rotated.exit()).describedAs(rotated.err()).isZero();
    assertThat(again.out()).contains("v3");
    List<Envelope> chain = new ArrayList<>();
    for (String root : List.of(first, second, third)) {
      chain.add(Json.read(Envelope.class, Files.readString(Path.of(root + ".root.json")), 1 << 16));
    }
    Digest pinned = Digest.of(Base64.getDecoder().decode(chain.getFirst().payload()));
    assertThat(PublisherChain.verify(pinned, chain)).isInstanceOf(PublisherChain.Trusted.class);
  }

  @Test
  void aRootIsRotatedOnlyByItsOwnKeys() {
    String first = folder.resolve("publisher").toString();
    cli.run("keys", "new", "--out", first);
    String stranger = folder.resolve("stranger").toString();
    cli.run("keys", "new", "--out", stranger);

    Cli.Said said =
        rotate(first + ".root.json", stranger + ".key", folder.resolve("next").toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("wants 1 of its keys, and 0 of those given");
    assertThat(folder.resolve("next.key")).doesNotExist();
  }

  private Cli.Said rotate(String root, String key, String out) {
    return cli.run("keys", "rotate", "--root", root, "--key", key, "--out", out);
  }

  @Test
  void aKeyIsNeverOverwritten() throws IOException {
    cli.run("keys", "new", "--out", folder.resolve("publisher").toString());
    String before = Files.readString(folder.resolve("publisher.key"));

    Cli.Said said = cli.run("keys", "new", "--out", folder.resolve("publisher").toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("exists and is not overwritten");
    assertThat(folder.resolve("publisher.key")).hasContent(before);
  }

  @ParameterizedTest
  @CsvSource({
    "--keys,0,0 keys; use 1 to 16",
    "--keys,17,17 keys; use 1 to 16",
    "--threshold,2,2 of 1 keys cannot be met",
    "--threshold,0,0 of 1 keys cannot be met"
  })
  void impossibleNumbersAreUsageErrors(String option, String value, String words) {
    Cli.Said said = cli.run("keys", "new", "--out", folder.resolve("p").toString(), option, value);

    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.err()).contains(words);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatIsNotAKeyIsSaidSo() throws IOException {
    Files.writeString(folder.resolve("x.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");

    Cli.Said said = cli.run("keys", "list", "--file", folder.resolve("x.key").toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("x.key is not a publisher's key").doesNotContain("Exception");
  }

  private String list(String file) {
    Cli.Said said = cli.run("keys", "list", "--file", folder.resolve(file).toString());
    assertThat(said.exit()).isZero();
    return said.out();
  }
}
