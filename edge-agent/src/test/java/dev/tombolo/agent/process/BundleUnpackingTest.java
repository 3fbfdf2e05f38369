package dev.tombolo.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.testing.Events;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a bundle made comes into the store only under its own digest. A shell script stands for the
/// process that applies bundles; the real one is tried in the bench.
class BundleUnpackingTest {
  private static final Digest BUNDLE = Digest.ofText("bundle");
  private static final Digest RELEASE = Digest.ofText("release");
  private static final Digest BASE = Digest.ofText("base");
  private static final Digest MODEL = Digest.ofText("model");
  private static final Variant.File FILE = new Variant.File("model.bin", 5, MODEL, false);

  @TempDir Path data;
  private final Events events = new Events();
  private AgentFolders folders = new AgentFolders(Path.of(""));

  @BeforeEach
  void store() throws IOException {
    folders = new AgentFolders(data);
    Files.createDirectories(folders.files());
  }

  private AgentEvent applied(String script) throws Exception {
    List<String> program = List.of("/bin/sh", "-c", script, "apply");
    try (BundleUnpacking unpacking = new BundleUnpacking(events, folders, program, List.of())) {
      unpacking.perform(
          new AgentEffect.ApplyBundle(
              new Name("app"), RELEASE, BUNDLE, Optional.of(BASE), List.of(FILE)));
      return events.await(AgentEvent.class);
    }
  }

  /// Its arguments: bundle apply --by-digest --bundle FILE --out FOLDER --base FOLDER [--coming
  /// BYTES] --makes BYTES.
  private static String making(String file) {
    return "mkdir \"$7\" && printf model > \"$7/" + file + "\"";
  }

  private static AgentEvent failed(Reason reason, boolean isFinal) {
    return new AgentEvent.BundleFailed(new Name("app"), RELEASE, BUNDLE, reason, isFinal);
  }

  @Test
  void whatHasTheSignedDigestComesIntoTheStore() throws Exception {
    Files.writeString(folders.partialFile(MODEL), "mo");

    assertThat(applied(making(MODEL.hex())))
        .isEqualTo(new AgentEvent.BundleApplied(new Name("app"), RELEASE, BUNDLE));

    assertThat(folders.file(MODEL)).hasContent("model");
    assertThat(folders.files()).isDirectoryNotContaining("glob:**.{made,part}");
  }

  @Test
  void aBundleThatMakesSomethingElseIsRefused() throws Exception {
    AgentEvent answer = applied(making(Digest.ofText("other").hex()));

    String detail = "it does not make model.bin as the release has it";
    assertThat(answer).isEqualTo(failed(new Reason.BundleRefused(BUNDLE, detail), true));
    assertThat(folders.files()).isEmptyDirectory();
  }

  @Test
  void theCauseIsToldByTheExitCodeAndTheLastWords() throws Exception {
    assertThat(applied("echo 'tombolo-agent: page 7 is wrong' >&2; exit 5"))
        .isEqualTo(failed(new Reason.BaseDamaged(BASE, "page 7 is wrong"), true));
    assertThat(applied("echo it ends too early; exit 6"))
        .isEqualTo(failed(new Reason.BundleRefused(BUNDLE, "it ends too early"), true));
    assertThat(applied("echo no room; exit 1"))
        .isEqualTo(failed(new Reason.IoFailed("bundle apply", "exit code 1: no room"), false));
    assertThat(applied("kill -9 $$"))
        .isEqualTo(failed(new Reason.IoFailed("bundle apply", "exit code 137: "), false));
  }

  /// So that the agent frees what it can, and tries again.
  @Test
  void aDiskThatIsTooSmallIsToldAsThat() throws Exception {
    AgentEvent answer = applied("echo no room >&2; exit 7");

    assertThat(answer).isInstanceOf(AgentEvent.BundleFailed.class);
    AgentEvent.BundleFailed failed = (AgentEvent.BundleFailed) answer;
    assertThat(failed.isFinal()).isFalse();
    assertThat(failed.reason()).isInstanceOf(Reason.DiskFull.class);
    Reason.DiskFull full = (Reason.DiskFull) failed.reason();
    assertThat(full.path()).isEqualTo(folders.files().toString());
    assertThat(full.needed()).isEqualTo(5 + (4 << 20));
  }

  private AgentEvent appliedAfterAhead(String script) throws Exception {
    List<String> program = List.of("/bin/sh", "-c", script, "apply");
    try (BundleUnpacking unpacking = new BundleUnpacking(events, folders, program, List.of())) {
      unpacking.perform(new AgentEffect.UnpackAhead(BUNDLE, 100, Optional.of(BASE), 5));
      // Once more does nothing.
      unpacking.perform(new AgentEffect.UnpackAhead(BUNDLE, 100, Optional.of(BASE), 5));
      unpacking.perform(
          new AgentEffect.ApplyBundle(
              new Name("app"), RELEASE, BUNDLE, Optional.of(BASE), List.of(FILE)));
      return events.await(AgentEvent.class);
    }
  }

  /// Each takes memory, and room on the disk.
  @Test
  void whatIsUnpackedAheadOfAnotherBundleEndsFirst() throws Exception {
    Path pid = data.resolve("pid");
    String script =
        "case \"${10}\" in --coming) echo $$ > '%s.new'; mv '%s.new' '%s'; exec sleep 1000;; esac; "
                .formatted(pid, pid, pid)
            + making(MODEL.hex());
    List<String> program = List.of("/bin/sh", "-c", script, "apply");
    try (BundleUnpacking unpacking = new BundleUnpacking(events, folders, program, List.of())) {
      Digest other = Digest.ofText("another bundle");
      unpacking.perform(new AgentEffect.UnpackAhead(other, 100, Optional.of(BASE), 5));
      Until.holds("an unpacking ahead", () -> Files.exists(pid));
      long ahead = Long.parseLong(Files.readString(pid).strip());

      unpacking.perform(
          new AgentEffect.ApplyBundle(
              new Name("app"), RELEASE, BUNDLE, Optional.of(BASE), List.of(FILE)));

      assertThat(events.await(AgentEvent.class)).isInstanceOf(AgentEvent.BundleApplied.class);
      assertThat(ProcessHandle.of(ahead).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void whatWasUnpackedAheadIsTakenWhenTheBundleIsHere() throws Exception {
    String script =
        "test \"${10} ${11} ${12} ${13}\" = '--coming 100 --makes 5' && " + making(MODEL.hex());

    assertThat(appliedAfterAhead(script)).isInstanceOf(AgentEvent.BundleApplied.class);
    assertThat(folders.file(MODEL)).hasContent("model");
    assertThat(folders.files()).isDirectoryNotContaining("glob:**.made");
  }

  @Test
  void whatCouldNotBeUnpackedAheadIsUnpackedWhenTheBundleIsHere() throws Exception {
    String script =
        "test \"${10} ${11}\" = '--makes 5' -a $# = 11 || exit 6; " + making(MODEL.hex());

    assertThat(appliedAfterAhead(script)).isInstanceOf(AgentEvent.BundleApplied.class);
    assertThat(folders.file(MODEL)).hasContent("model");
  }

  /// Nobody has checked what comes; the bundle that is here has been.
  @Test
  void whatWasUnpackedAheadOfOtherBytesIsMadeAnew() throws Exception {
    String script =
        "case \"${10}\" in --coming) %s;; *) %s;; esac"
            .formatted(making(Digest.ofText("other").hex()), making(MODEL.hex()));

    assertThat(appliedAfterAhead(script)).isInstanceOf(AgentEvent.BundleApplied.class);
    assertThat(folders.file(MODEL)).hasContent("model");
    assertThat(folders.files()).isDirectoryNotContaining("glob:**.made");
  }

  @Test
  void whatDoesNotFitTheReleaseThenEitherIsRefused() throws Exception {
    AgentEvent answer = appliedAfterAhead(making(Digest.ofText("other").hex()));

    String detail = "it does not make model.bin as the release has it";
    assertThat(answer).isEqualTo(failed(new Reason.BundleRefused(BUNDLE, detail), true));
    assertThat(folders.files()).isEmptyDirectory();
  }

  /// A child that an agent before this one began ahead, and which this one's waits for.
  @Test
  void whatAnotherHasMadeMeanwhileOfOtherBytesIsMadeAnew() throws Exception {
    Path other = data.resolve("other");
    String script =
        "test -e '%s' && { %s; exit; }; touch '%s'; %s; exit 1"
            .formatted(other, making(MODEL.hex()), other, making(Digest.ofText("other").hex()));

    assertThat(applied(script)).isInstanceOf(AgentEvent.BundleApplied.class);
    assertThat(folders.file(MODEL)).hasContent("model");
  }

  @Test
  void whatAnEarlierTryHasMadeIsTaken() throws Exception {
    Files.createDirectory(folders.madeBy(BUNDLE));
    Files.writeString(folders.madeBy(BUNDLE).resolve(MODEL.hex()), "model");

    assertThat(applied("exit 1")).isInstanceOf(AgentEvent.BundleApplied.class);
    assertThat(folders.file(MODEL)).hasContent("model");
  }
}
