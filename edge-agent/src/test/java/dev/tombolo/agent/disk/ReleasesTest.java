package dev.tombolo.agent.disk;

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
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleasesTest {
  private static final Name NAME = new Name("counter");
  private static final Digest FIRST = Digest.ofText("first");
  private static final Digest SECOND = Digest.ofText("second");

  @TempDir Path data;
  private final Events events = new Events();
  private AgentFolders folders;
  private Releases releases;

  @BeforeEach
  void open() {
    folders = new AgentFolders(data);
    releases = new Releases(events, folders);
  }

  @AfterEach
  void close() {
    releases.close();
  }

  private Variant.File stored(String path, String content, boolean executable) throws IOException {
    Digest digest = Digest.ofText(content);
    Files.createDirectories(folders.files());
    Files.writeString(folders.file(digest), content);
    return new Variant.File(path, content.length(), digest, executable);
  }

  private void stage(Digest release, Variant.File... files) {
    releases.perform(new AgentEffect.Stage(NAME, release, Arrays.asList(files)));
  }

  private Reason refusal() throws InterruptedException {
    return events.await(AgentEvent.StageFailed.class).reason();
  }

  @Test
  void whatAnUnassignedApplicationLeavesGoesButForItsWork() throws Exception {
    stage(FIRST, stored("model", "weights", false));
    events.await(AgentEvent.StageFinished.class);
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    events.await(AgentEvent.SwitchFinished.class);
    Path work = Files.createDirectories(folders.work(NAME));
    Files.writeString(work.resolve("counts"), "117");
    Files.writeString(folders.output(NAME), "printed");

    releases.perform(new AgentEffect.Sweep(Set.of(), Set.of(), Set.of()));

    Until.holds("the release is gone", () -> !Files.exists(folders.release(FIRST)));
    assertThat(folders.current(NAME)).doesNotExist();
    assertThat(folders.output(NAME)).doesNotExist();
    assertThat(work.resolve("counts")).hasContent("117");
  }

  @Test
  void aFolderWithMoreThanItsReleaseHasIsBuiltAnew() throws Exception {
    Variant.File model = stored("model", "weights", false);
    stage(FIRST, model);
    events.await(AgentEvent.StageFinished.class);
    Files.writeString(folders.release(FIRST).resolve("planted"), "by whom?");

    stage(FIRST, model);
    events.await(AgentEvent.StageFinished.class);

    assertThat(folders.release(FIRST).resolve("planted")).doesNotExist();
    assertThat(folders.release(FIRST).resolve("model")).hasContent("weights");
    assertThat(Folders.entries(folders.releases())).containsExactly(folders.release(FIRST));
  }

  @Test
  void aFileThatAnotherReleaseHasAlteredIsNotGoneBackTo() throws Exception {
    Variant.File model = stored("model", "weights", false);
    stage(FIRST, model);
    events.await(AgentEvent.StageFinished.class);
    stage(SECOND, model);
    events.await(AgentEvent.StageFinished.class);
    // As a workload does that runs as root.
    Files.write(
        folders.release(SECOND).resolve("model"), new byte[] {'W'}, StandardOpenOption.WRITE);
    assertThat(folders.release(FIRST).resolve("model")).hasContent("Weights");

    stage(FIRST, model);

    assertThat(refusal()).isInstanceOf(Reason.DigestMismatch.class);
    assertThat(folders.file(model.digest())).doesNotExist();
  }

  @Test
  void aNameWithHalfACharacterIsRefused() throws Exception {
    stage(FIRST, stored("model-\uD800.onnx", "weights", false));

    assertThat(refusal()).isInstanceOf(Reason.PathRefused.class);
  }

  @Test
  void aReleaseIsLinkedFromTheStoreAndSwitchedTo() throws Exception {
    Variant.File model = stored("model/a.onnx", "weights", false);
    Variant.File program = stored("run", "#!/bin/sh\n", true);

    stage(FIRST, model, program);
    events.await(AgentEvent.StageFinished.class);
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    events.await(AgentEvent.SwitchFinished.class);

    Path current = data.resolve("apps/counter/current");
    assertThat(Files.readSymbolicLink(current)).isEqualTo(Path.of("../../releases/" + FIRST.hex()));
    assertThat(current.resolve("model/a.onnx")).hasContent("weights");
    assertThat(Files.getAttribute(current.resolve("model/a.onnx"), "unix:ino"))
        .isEqualTo(Files.getAttribute(folders.file(model.digest()), "unix:ino"));
    assertThat(Files.isExecutable(current.resolve("run"))).isTrue();
    assertThat(data.resolve("releases/" + FIRST.hex() + ".tmp")).doesNotExist();
  }

  @Test
  void switchingAgainReplacesTheLink() throws Exception {
    Variant.File file = stored("f", "x", false);
    stage(FIRST, file);
    stage(SECOND, file);
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    releases.perform(new AgentEffect.Switch(NAME, SECOND));

    events.await(AgentEvent.SwitchFinished.class);
    events.await(AgentEvent.SwitchFinished.class);

    assertThat(folders.current(NAME).toRealPath().getFileName()).hasToString(SECOND.hex());
  }

  /// The state says that it comes to nothing, and the release before is started behind the link.
  @Test
  void aSwitchThatFailsAfterTheRenameIsTakenBack() throws Exception {
    switchToBothWhileTheDiskFails(FIRST);

    assertThat(events.await(AgentEvent.SwitchFailed.class).reason().toString())
        .contains("Input/output error");
    assertThat(folders.current(NAME).toRealPath().getFileName()).hasToString(FIRST.hex());
  }

  @Test
  void aFirstSwitchThatFailsAfterTheRenameLeavesNoLink() throws Exception {
    switchToBothWhileTheDiskFails(null);

    events.await(AgentEvent.SwitchFailed.class);
    assertThat(folders.current(NAME)).doesNotExist();
  }

  private void switchToBothWhileTheDiskFails(@Nullable Digest before) throws Exception {
    AtomicBoolean isBroken = new AtomicBoolean();
    releases.close();
    releases =
        new Releases(
            events,
            folders,
            folder -> {
              if (isBroken.get() && folder.equals(folders.application(NAME))) {
                throw new IOException("Input/output error");
              }
              Folders.sync(folder);
            });
    Variant.File file = stored("f", "x", false);
    stage(FIRST, file);
    stage(SECOND, file);
    if (before != null) {
      releases.perform(new AgentEffect.Switch(NAME, before));
      events.await(AgentEvent.SwitchFinished.class);
    }
    isBroken.set(true);
    releases.perform(new AgentEffect.Switch(NAME, SECOND));
  }

  /// The agent was killed between the rename and its commit, and now there is no room for a link.
  @Test
  void aSwitchThatHasBeenMadeIsNotMadeAgain() throws Exception {
    stage(FIRST, stored("f", "x", false));
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    events.await(AgentEvent.SwitchFinished.class);
    Files.createDirectories(folders.application(NAME).resolve("current.tmp/in-the-way"));

    releases.perform(new AgentEffect.Switch(NAME, FIRST));

    events.await(AgentEvent.SwitchFinished.class);
  }

  @Test
  void aFileThatRottedInTheStoreIsNamedAndThrownAway() throws Exception {
    Variant.File file = stored("f", "right", false);
    Files.writeString(folders.file(file.digest()), "wrong");

    stage(FIRST, file);

    assertThat(refusal())
        .isEqualTo(new Reason.DigestMismatch("f", file.digest(), Digest.ofText("wrong")));
    assertThat(folders.file(file.digest())).doesNotExist();
    assertThat(folders.release(FIRST)).doesNotExist();
  }

  @Test
  void aFileThatIsNotThereIsNamed() throws Exception {
    stage(FIRST, new Variant.File("f", 1, Digest.ofText("?"), false));

    assertThat(refusal().toString()).contains("lacks").contains("for f");
  }

  @Test
  void pathsThatLeadOutAreRefused() throws Exception {
    Variant.File file = stored("../../evil", "x", false);

    stage(FIRST, file);

    assertThat(refusal()).isInstanceOf(Reason.PathRefused.class);
    assertThat(data.resolve("evil")).doesNotExist();
  }

  @Test
  void stagingAgainMendsWhatIsNotWhole() throws Exception {
    Variant.File file = stored("f", "right", false);
    stage(FIRST, file);
    events.await(AgentEvent.StageFinished.class);
    Files.delete(folders.release(FIRST).resolve("f"));

    stage(FIRST, file);

    events.await(AgentEvent.StageFinished.class);
    assertThat(folders.release(FIRST).resolve("f")).hasContent("right");
  }

  @Test
  void whatIsNotStagedIsNotSwitchedTo() throws Exception {
    releases.perform(new AgentEffect.Switch(NAME, FIRST));

    assertThat(events.await(AgentEvent.SwitchFailed.class).reason().toString())
        .contains("is not staged");
  }

  @Test
  void sweepingKeepsWhatIsWantedAndWhatIsInForce() throws Exception {
    Variant.File kept = stored("f", "kept", false);
    Variant.File old = stored("f", "old", false);
    Files.writeString(folders.partialFile(Digest.ofText("left")), "le");
    Files.writeString(folders.partialFile(Digest.ofText("coming")), "co");
    Digest third = Digest.ofText("third");
    stage(FIRST, kept);
    stage(SECOND, kept);
    stage(third, old);
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    releases.perform(
        new AgentEffect.Sweep(
            Set.of(SECOND), Set.of(kept.digest(), Digest.ofText("coming")), Set.of(NAME)));
    releases.perform(new AgentEffect.Switch(NAME, FIRST));

    events.await(AgentEvent.SwitchFinished.class);
    events.await(AgentEvent.SwitchFinished.class);

    assertThat(names(folders.releases())).containsExactlyInAnyOrder(FIRST.hex(), SECOND.hex());
    assertThat(names(folders.files()))
        .containsExactlyInAnyOrder(kept.digest().hex(), Digest.ofText("coming").hex() + ".part");
  }

  /// A clock that was in 1970, or years ahead, when a file came in.
  @Test
  void sweepingAsksNoClock() throws Exception {
    for (String at : List.of("1970-01-01T00:05:00Z", "2090-01-01T00:00:00Z")) {
      Path file = folders.file(stored("f", at, false).digest());
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse(at)));
    }

    releases.perform(new AgentEffect.Sweep(Set.of(), Set.of(), Set.of()));
    releases.perform(new AgentEffect.Switch(NAME, FIRST));

    events.await(AgentEvent.SwitchFailed.class);
    assertThat(names(folders.files())).isEmpty();
  }

  /// The document may have changed meanwhile, and the clock been set back.
  @Test
  void whatComesInOrIsWrittenOnWhileTheSweepWaitsIsLeftAlone() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    releases.close();
    releases =
        new Releases(
            event -> {
              busy.countDown();
              try {
                free.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              events.offer(event);
            },
            folders);
    Path old = folders.file(stored("f", "old", false).digest());
    Path resumed = folders.partialFile(Digest.ofText("resumed"));
    Files.writeString(resumed, "re");
    releases.perform(new AgentEffect.Switch(NAME, FIRST));
    busy.await();

    releases.perform(new AgentEffect.Sweep(Set.of(), Set.of(), Set.of()));
    FileTime early = FileTime.from(Instant.parse("1970-01-01T00:05:00Z"));
    Path fresh = folders.file(stored("f", "fresh", false).digest());
    Files.setLastModifiedTime(fresh, early);
    Files.writeString(resumed, "sumed", StandardOpenOption.APPEND);
    Files.setLastModifiedTime(resumed, early);
    free.countDown();
    releases.perform(new AgentEffect.Switch(NAME, FIRST));

    events.await(AgentEvent.SwitchFailed.class);
    events.await(AgentEvent.SwitchFailed.class);
    assertThat(old).doesNotExist();
    assertThat(fresh).exists();
    assertThat(resumed).exists();
  }

  private static List<String> names(Path folder) throws IOException {
    return Folders.entries(folder).stream().map(path -> path.getFileName().toString()).toList();
  }
}
