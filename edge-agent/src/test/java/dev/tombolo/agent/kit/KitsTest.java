package dev.tombolo.agent.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.testing.Until;
import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.DesiredUpdate;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KitsTest {
  private static final String ID = "kit-0123456789abcdef";

  @TempDir Path data;
  private final LinkedBlockingQueue<AgentEvent> news = new LinkedBlockingQueue<>();
  private AgentFolders folders;
  private Kits kits;

  @BeforeEach
  void open() {
    folders = new AgentFolders(data);
    kits = new Kits(news::add, folders);
  }

  @AfterEach
  void close() {
    kits.close();
  }

  private KitFolder put(String id) throws IOException {
    KitFolder kit = KitFolder.of(folders.kits(), id);
    Files.createDirectories(kit.path());
    Files.writeString(kit.note(), "{\"kit\":\"" + id + "\",\"createdMillis\":5}");
    Files.writeString(
        kit.document(),
        Json.write(new DesiredUpdate(GoldenFiles.MANIFEST_ENVELOPE, List.of(), null)));
    for (Section section : GoldenFiles.SECTIONS) {
      Files.writeString(kit.section(section.digest()), section.text());
    }
    Files.writeString(kit.file(Digest.ofText("model")), "model");
    return kit;
  }

  private AgentEvent.KitRefused nextRefusal() throws InterruptedException {
    return (AgentEvent.KitRefused) news.poll(2, TimeUnit.MINUTES);
  }

  @Test
  void whatWasRefusedIsToldOnceAndItsNoteGoesWhenItIsInTheOutbox() throws Exception {
    Files.createDirectories(folders.kits());
    new KitRefusal(ID, "it is damaged").leave(folders.kits(), Owner.of(data));

    kits.perform(new AgentEffect.LookForKits(Set.of()));
    assertThat(nextRefusal()).isEqualTo(new AgentEvent.KitRefused(ID, "it is damaged"));
    put(ID);
    kits.perform(new AgentEffect.LookForKits(Set.of()));
    assertThat(next().kit()).isEqualTo(ID);

    kits.perform(new AgentEffect.DropKit(ID));
    kits.perform(new AgentEffect.DropKitRefusal(ID, "it is damaged"));
    awaitGone(folders.kits());
  }

  @Test
  void aNewerRefusalIsNotTakenForTheOneThatWasTold() throws Exception {
    Files.createDirectories(folders.kits());
    new KitRefusal(ID, "first").leave(folders.kits(), Owner.of(data));
    kits.perform(new AgentEffect.LookForKits(Set.of()));
    assertThat(nextRefusal().why()).isEqualTo("first");
    new KitRefusal(ID, "second").leave(folders.kits(), Owner.of(data));

    kits.perform(new AgentEffect.DropKitRefusal(ID, "first"));
    AgentEvent next = null;
    while (next == null) {
      // Left out while something waits: there is always another look.
      kits.perform(new AgentEffect.LookForKits(Set.of()));
      next = news.poll(20, TimeUnit.MILLISECONDS);
    }

    assertThat(next).isEqualTo(new AgentEvent.KitRefused(ID, "second"));
  }

  @Test
  void aDamagedNoteOfARefusalGoes() throws Exception {
    Files.createDirectories(folders.kits());
    Files.writeString(folders.kits().resolve("refused.json"), "x".repeat(1_000_000));

    kits.perform(new AgentEffect.LookForKits(Set.of()));

    awaitGone(folders.kits());
    assertThat(news).isEmpty();
  }

  private AgentEvent.KitFound next() throws InterruptedException {
    return (AgentEvent.KitFound) news.poll(2, TimeUnit.MINUTES);
  }

  @Test
  void aKitIsFoundUntilItIsKnown() throws Exception {
    put(ID);
    kits.perform(new AgentEffect.LookForKits(Set.of()));
    AgentEvent.KitFound found = next();

    assertThat(found.kit()).isEqualTo(ID);
    assertThat(found.createdMillis()).isEqualTo(5);
    assertThat(found.update().sections()).containsExactlyElementsOf(GoldenFiles.SECTIONS);
    assertThat(found.files()).containsExactly(Digest.ofText("model"));

    put("kit-0123456789abcdee");
    kits.perform(new AgentEffect.LookForKits(Set.of(ID)));
    assertThat(next().kit()).isEqualTo("kit-0123456789abcdee");
    assertThat(news).isEmpty();
  }

  @Test
  void aDroppedKitGoesAndWithTheLastTheirFolder() throws Exception {
    put(ID);
    put("kit-0123456789abcdee");
    kits.perform(new AgentEffect.DropKit(ID));
    kits.perform(new AgentEffect.LookForKits(Set.of()));

    assertThat(next().kit()).isEqualTo("kit-0123456789abcdee");
    assertThat(folders.kits().resolve(ID)).doesNotExist();

    kits.perform(new AgentEffect.DropKit("kit-0123456789abcdee"));
    awaitGone(folders.kits());
  }

  @Test
  void aKitThatWasDamagedOnTheDiskGoes() throws Exception {
    KitFolder kit = put(ID);
    Files.writeString(kit.section(GoldenFiles.SECTIONS.getFirst().digest()), "{}");

    kits.perform(new AgentEffect.LookForKits(Set.of()));

    awaitGone(folders.kits());
    assertThat(news).isEmpty();
  }

  @Test
  void halfOfOneIsNotFoundAndGoes() throws Exception {
    Files.move(put(ID).path(), folders.kits().resolve(ID + ".tmp"));

    kits.perform(new AgentEffect.LookForKits(Set.of()));

    awaitGone(folders.kits());
    assertThat(news).isEmpty();
  }

  /// Whoever applies a kit while the agent looks may be killed later.
  @Test
  void whatWasInUseAtTheFirstLookGoesAtALaterOne() throws Exception {
    put(ID);
    Path left = folders.kits().resolve("kit-0123456789abcdee.tmp");
    Files.createDirectory(left);
    try (FileChannel applying =
        FileChannel.open(
            data.resolve("kit.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(applying.tryLock()).isNotNull();
      kits.perform(new AgentEffect.LookForKits(Set.of()));
      assertThat(next().kit()).isEqualTo(ID);
      assertThat(left).isDirectory();
    }

    kits.perform(new AgentEffect.LookForKits(Set.of(ID)));

    awaitGone(left);
  }

  @Test
  void whatCannotBeRemovedIsInNoKitsWay() throws Exception {
    put(ID);
    // No folder, and so not removed as one.
    Files.writeString(folders.kits().resolve("kit-0123456789abcdee.tmp"), "");

    kits.perform(new AgentEffect.LookForKits(Set.of()));

    assertThat(next().kit()).isEqualTo(ID);
  }

  private static void awaitGone(Path path) throws Exception {
    Until.holds(path + " is gone", () -> !Files.exists(path));
  }
}
