package dev.tombolo.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `tombolo-agent bundle apply`, on the golden bundles.
class BundleCommandTest {
  private static final Path GOLDEN = Path.of("../protocol/src/test/resources/golden/bundle");

  private final StringWriter said = new StringWriter();
  private final StringWriter complained = new StringWriter();

  @TempDir private Path folder;

  @Test
  void itMakesTheTarget() {
    Path out = folder.resolve("out");

    int exit = apply("--base", golden("base.safetensors"), "--bundle", golden("change.bundle"));

    assertThat(exit).isEqualTo(ExitCode.OK);
    assertThat(said.toString()).contains("25157 bytes in 1 file, checked");
    assertThat(out).hasSameBinaryContentAs(GOLDEN.resolve("target.safetensors"));
  }

  @Test
  void aMissingBaseIsAskedFor() {
    int exit = apply("--bundle", golden("change.bundle"));

    assertThat(exit).isEqualTo(ExitCode.USAGE);
    assertThat(complained.toString()).contains("say --base PATH");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aWrongBaseIsRefused() {
    int exit = apply("--base", golden("target.safetensors"), "--bundle", golden("change.bundle"));

    assertThat(exit).isEqualTo(ExitCode.BASE_DAMAGED);
    assertThat(complained.toString()).contains("in the base that this bundle was made for");
  }

  @Test
  void whatIsNotThereIsSaid() {
    assertThat(apply("--bundle", golden("none"))).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(apply("--base", golden("none"), "--bundle", golden("change.bundle")))
        .isEqualTo(ExitCode.NOT_FOUND);
  }

  /// A folder that may not be entered is another such case.
  @Test
  void whatCannotBeLookedAtIsNotCalledMissing() throws IOException {
    Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));

    assertThat(apply("--bundle", loop.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(apply("--base", loop.toString(), "--bundle", golden("change.bundle")))
        .isEqualTo(ExitCode.FAILED);

    assertThat(complained.toString()).contains("Too many levels").doesNotContain("there is no");
  }

  @Test
  void progressOfASecondTryBeginsAnew() {
    ProgressLine progress = new ProgressLine(false, new PrintWriter(complained));
    progress.total(100);
    progress.add(90);

    progress.total(100);
    progress.add(50);

    assertThat(progress.share()).isEqualTo(0.5);
  }

  @Test
  void theCauseIsToldByTheExitCodeEitherWay() throws IOException {
    Path broken = Files.write(folder.resolve("broken"), new byte[500]);

    assertThat(apply("--bundle", broken.toString())).isEqualTo(ExitCode.BUNDLE_REFUSED);
    assertThat(apply("--by-digest", "--bundle", broken.toString()))
        .isEqualTo(ExitCode.BUNDLE_REFUSED);
    said.getBuffer().setLength(0);
    assertThat(apply("--help")).isEqualTo(ExitCode.OK);
    assertThat(said.toString())
        .contains("5   the base is not the one", "6   the bundle is broken", "7   the disk is");
  }

  @Test
  void whatItIsMadeOfIsNotReplaced() throws IOException {
    Path base = Files.copy(GOLDEN.resolve("base.safetensors"), folder.resolve("out"));

    assertThat(apply("--base", base.toString(), "--bundle", golden("change.bundle")))
        .isEqualTo(ExitCode.USAGE);

    assertThat(complained.toString()).contains("--out is the base");
    assertThat(base).hasSameBinaryContentAs(GOLDEN.resolve("base.safetensors"));
  }

  @Test
  void aPipeIsNotReplaced() throws Exception {
    Path pipe = folder.resolve("out");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThat(apply("--base", golden("base.safetensors"), "--bundle", golden("change.bundle")))
        .isEqualTo(ExitCode.USAGE);

    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  /// A small bundle can make as much as it likes; the release is signed.
  @Test
  void whatMakesMoreThanTheReleaseHasIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path made = folder.resolve("made");
    Path bundle = GOLDEN.resolve("change.bundle");
    Path base = GOLDEN.resolve("base.safetensors");
    Path coming = folder.resolve("coming");
    Files.copy(bundle, folder.resolve("coming.part"));

    assertThat(new UnpackRun(base, bundle, made, 0, OptionalLong.of(25_156)).run())
        .isEqualTo(ExitCode.BUNDLE_REFUSED);
    long bytes = Files.size(bundle);
    assertThat(new UnpackRun(base, coming, made, bytes, OptionalLong.of(25_156)).run())
        .isEqualTo(ExitCode.BUNDLE_REFUSED);
    assertThat(made).doesNotExist();
    assertThat(new UnpackRun(base, coming, made, bytes, OptionalLong.of(25_157)).run())
        .isEqualTo(ExitCode.OK);
    assertThat(made).isDirectory();
  }

  private static String golden(String name) {
    return GOLDEN.resolve(name).toString();
  }

  private int apply(String... options) {
    String[] line = new String[options.length + 4];
    line[0] = "bundle";
    line[1] = "apply";
    System.arraycopy(options, 0, line, 2, options.length);
    line[line.length - 2] = "--out";
    line[line.length - 1] = folder.resolve("out").toString();
    CommandLine agent = AllCommands.line();
    agent.setOut(new PrintWriter(said, true)).setErr(new PrintWriter(complained, true));
    return agent.execute(line);
  }
}
