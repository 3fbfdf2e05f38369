package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.protocol.bundle.PieceKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `tombolo bundle`, without a hub.
class BundleCommandTest {
  private final Cli cli = new Cli();

  @TempDir private Path folder;

  private Path base;
  private Path target;
  private Path bundle;

  @BeforeEach
  void twoVersions() throws IOException {
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    base = Files.write(folder.resolve("v1"), content);
    content[150_000]++;
    target = Files.write(folder.resolve("v2"), content);
    bundle = folder.resolve("v1-v2.bundle");
  }

  @Test
  void makeSaysWhatTheBundleCostsAndWhatToDoWithIt() {
    Cli.Said said = make();

    assertThat(said.exit()).isEqualTo(Exit.OK);
    assertThat(said.out()).contains("for 300.0 kB").contains("digest sha256:");
    assertThat(said.err()).contains("tombolo-agent bundle apply --base");
    assertThat(bundle).isRegularFile();
  }

  @Test
  void inspectSumsByCodingAndListsSegments() {
    make();

    Cli.Said said = cli.run("bundle", "inspect", bundle.toString());
    Cli.Said json = cli.run("bundle", "inspect", bundle.toString(), "--json");

    assertThat(said.exit()).isEqualTo(Exit.OK);
    assertThat(said.out())
        .contains("needs a base of 1 file")
        .contains("CODING")
        .contains("copy+bytes");
    assertThat(json.out()).contains("\"plainBytes\":300000").contains("\"needs\":[{\"path\":\"\"");
  }

  @Test
  void whatIsNotThereIsSaid() {
    Cli.Said noTarget =
        cli.run("bundle", "make", "--target", folder + "/none", "--out", bundle.toString());
    Cli.Said noBundle = cli.run("bundle", "inspect", folder + "/none");

    assertThat(noTarget.exit()).isEqualTo(Exit.NOT_FOUND);
    assertThat(noTarget.err()).contains("--target: there is no").contains("say a file or a folder");
    assertThat(noBundle.exit()).isEqualTo(Exit.NOT_FOUND);
  }

  @Test
  void whatCannotBeReadIsToldWithoutAStackTrace() {
    Cli.Said inspected = cli.run("bundle", "inspect", folder.toString());
    // Opens, and fails at the first read, as a broken disk does.
    Cli.Said made =
        cli.run(
            "bundle",
            "make",
            "--target",
            "/proc/self/mem",
            "--out",
            folder.resolve("b").toString());

    assertThat(inspected.exit()).isEqualTo(Exit.REFUSED);
    assertThat(inspected.err()).contains(folder.toString()).doesNotContain("should not happen");
    assertThat(made.exit()).describedAs(made.err()).isEqualTo(Exit.REFUSED);
    assertThat(made.err()).contains("/proc/self/mem").doesNotContain("should not happen");
  }

  @Test
  void whatIsNoBundleIsRefused() {
    Cli.Said said = cli.run("bundle", "inspect", base.toString());

    assertThat(said.exit()).isEqualTo(Exit.REFUSED);
    assertThat(said.err()).contains("it is not a bundle");
  }

  @Test
  void aTargetWithALinkToNoFileIsRefusedAndNothingIsLeft() throws IOException {
    Path linked = Files.createDirectory(folder.resolve("linked"));
    Files.createSymbolicLink(linked.resolve("link"), folder);

    Cli.Said said =
        cli.run("bundle", "make", "--target", linked.toString(), "--out", bundle.toString());

    assertThat(said.exit()).isEqualTo(Exit.REFUSED);
    assertThat(said.err()).contains("link is a link, and not to a file");
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactlyInAnyOrder(base, target, linked);
    }
  }

  @Test
  void whatTheBundleIsMadeOfIsNotItsPlace() throws IOException {
    Path release = Files.createDirectory(folder.resolve("release"));
    Files.writeString(release.resolve("model"), "model");
    Path link = Files.createSymbolicLink(folder.resolve("link"), release);
    byte[] before = Files.readAllBytes(base);

    Cli.Said overBase = make(base, target, base);
    Cli.Said overTarget = make(base, target, folder.resolve("release/../v2"));
    Cli.Said inTarget = make(base, release, link.resolve("its.bundle"));
    Cli.Said inBase = make(link, target, release.resolve("its.bundle"));

    for (Cli.Said said : List.of(overBase, overTarget, inTarget, inBase)) {
      assertThat(said.exit()).describedAs(said.err()).isEqualTo(Exit.REFUSED);
      assertThat(said.err()).contains("--out").contains("say another place");
    }
    assertThat(base).hasBinaryContent(before);
    assertThat(target).hasSize(300_000);
    assertThat(release).isDirectoryNotContaining("glob:**bundle*");
  }

  @Test
  void onlyFilesAndFoldersAreReadAndReplaced() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    Cli.Said targetPipe = make(base, pipe, bundle);
    Cli.Said basePipe = make(pipe, target, bundle);
    Cli.Said endless = make(base, Path.of("/dev/zero"), bundle);
    Cli.Said outPipe = make(base, target, pipe);

    for (Cli.Said said : List.of(targetPipe, basePipe, endless, outPipe)) {
      assertThat(said.exit()).describedAs(said.err()).isNotEqualTo(Exit.OK);
      assertThat(said.err()).contains("say a file");
    }
    assertThat(Files.exists(pipe)).isTrue();
    assertThat(bundle).doesNotExist();
  }

  @Test
  void aLinkToAVersionIsThatVersion() throws IOException {
    Path older = Files.createDirectory(folder.resolve("older"));
    Path newer = Files.createDirectory(folder.resolve("newer"));
    Files.copy(base, older.resolve("model"));
    Files.copy(target, newer.resolve("model"));
    Path current = Files.createSymbolicLink(folder.resolve("current"), older);
    Path next = Files.createSymbolicLink(folder.resolve("next"), newer);

    Cli.Said said = make(current, next, bundle);

    assertThat(said.exit()).describedAs(said.err()).isEqualTo(Exit.OK);
    assertThat(said.out()).contains("for 300.0 kB");
    assertThat(bundle).isRegularFile();
  }

  /// A folder that may not be entered is another such case.
  @Test
  void whatCannotBeLookedAtIsNotCalledMissing() throws IOException {
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));

    Cli.Said ofBase = make(loop, target, bundle);
    Cli.Said ofTarget = make(base, loop.resolve("v2"), bundle);
    Cli.Said ofOut = make(base, target, loop.resolve("its.bundle"));

    for (Cli.Said said : List.of(ofBase, ofTarget, ofOut)) {
      assertThat(said.exit()).isEqualTo(Exit.REFUSED);
      assertThat(said.err()).contains(": cannot look at " + loop).contains("Too many levels");
    }
  }

  @Test
  void theHelpOfInspectExplainsEveryCoding() {
    String help = cli.run("bundle", "inspect", "--help").out();

    for (PieceKind kind : PieceKind.values()) {
      assertThat(help).contains(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
  }

  @Test
  void theHelpOfMakeSaysWhatBecomesOfAFileThatIsThere() {
    assertThat(cli.run("bundle", "make", "--help").out()).containsPattern("is\\s+replaced");
  }

  /// As the cache of the Hugging Face Hub has them.
  @Test
  void snapshotsOfLinksAreTheFilesTheyLeadTo() throws IOException {
    Path older = snapshot("1", base);
    Path newer = snapshot("2", target);

    Cli.Said said = make(older, newer, bundle);
    Cli.Said inspected = cli.run("bundle", "inspect", bundle.toString());

    assertThat(said.exit()).describedAs(said.err()).isEqualTo(Exit.OK);
    assertThat(said.out()).contains("for 300.0 kB");
    assertThat(said.err()).contains("1 link in --target followed").doesNotContain("passed over");
    assertThat(bundle.toFile().length()).isLessThan(2_000);
    assertThat(inspected.out()).contains("onnx/model").contains("needs a base of 1 file");
  }

  @Test
  void whatIsLeftOutOfTheBaseIsSaid() throws IOException {
    Path older = snapshot("1", base);
    Files.createSymbolicLink(older.resolve("gone"), Path.of("nowhere"));
    Files.createSymbolicLink(older.resolve("onnx/up"), Path.of(".."));

    Cli.Said said = make(older, snapshot("2", target), bundle);

    assertThat(said.exit()).describedAs(said.err()).isEqualTo(Exit.OK);
    assertThat(said.err()).contains("passed over in --base: 2 links").contains("cp -rL");
  }

  /// All would be in the bundle, which somebody made for what changed.
  @Test
  void aBaseWithoutFilesIsRefused() throws IOException {
    Path links = Files.createDirectory(folder.resolve("links"));
    Files.createSymbolicLink(links.resolve("model"), Path.of("gone"));
    Path empty = Files.createDirectory(folder.resolve("empty"));

    Cli.Said ofLinks = make(links, snapshot("2", target), bundle);
    Cli.Said ofNothing = make(empty, target, bundle);

    assertThat(ofLinks.exit()).isEqualTo(Exit.REFUSED);
    assertThat(ofLinks.err()).contains("links has no files").contains("cp -rL");
    assertThat(ofNothing.exit()).isEqualTo(Exit.REFUSED);
    assertThat(ofNothing.err()).contains("empty has no files; say the older version");
    assertThat(bundle).doesNotExist();
  }

  @Test
  void whatALinkLeadsToIsNotReplacedByTheBundle() throws IOException {
    Path older = snapshot("1", base);
    Path blob = older.resolve("onnx/model").toRealPath();

    Cli.Said said = make(older, snapshot("2", target), blob);

    assertThat(said.exit()).isEqualTo(Exit.REFUSED);
    assertThat(said.err()).contains("say another place");
    assertThat(blob).hasSameBinaryContentAs(base);
  }

  private Path snapshot(String name, Path file) throws IOException {
    Path blobs = Files.createDirectories(folder.resolve("model/blobs"));
    Files.copy(file, blobs.resolve(name));
    Path snapshot = folder.resolve("model/snapshots/" + name);
    Files.createDirectories(snapshot.resolve("onnx"));
    Files.createSymbolicLink(snapshot.resolve("onnx/model"), Path.of("../../../blobs/" + name));
    return snapshot;
  }

  private Cli.Said make() {
    return make(base, target, bundle);
  }

  private Cli.Said make(Path base, Path target, Path bundle) {
    return cli.run(
        "bundle",
        "make",
        "--base",
        base.toString(),
        "--target",
        target.toString(),
        "--out",
        bundle.toString());
  }
}
