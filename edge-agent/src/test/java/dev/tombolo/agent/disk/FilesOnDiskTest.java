package dev.tombolo.agent.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.release.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesOnDiskTest {
  @TempDir Path data;

  private Variant.File file(String name) {
    return new Variant.File(name, 10, Digest.ofText(name), false);
  }

  private AgentFolders folders() {
    return new AgentFolders(data);
  }

  private Map<Digest, Long> bytes(String... names) {
    return new FilesOnDisk(folders()).bytes(List.of(names).stream().map(this::file).toList());
  }

  private static void write(Path file, int bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[bytes]);
  }

  private void part(String name, int bytes) throws IOException {
    write(folders().partialFile(Digest.ofText(name)), bytes);
  }

  private void whole(String name, int bytes) throws IOException {
    write(folders().file(Digest.ofText(name)), bytes);
  }

  @Test
  void aFetchGoesOnAfterSoMany() throws IOException {
    part("part", 7);
    part("all of it", 10);
    whole("whole", 10);

    assertThat(bytes("part", "all of it", "whole", "missing"))
        .containsOnly(
            Map.entry(Digest.ofText("part"), 7L),
            Map.entry(Digest.ofText("all of it"), 10L),
            Map.entry(Digest.ofText("whole"), 10L));
  }

  @Test
  void whatAFetchBeginsAnewIsNotThere() throws IOException {
    part("too long", 11);
    part("empty", 0);
    whole("short", 9);
    whole("short and a part", 9);
    part("short and a part", 3);
    Path elsewhere = data.resolve("elsewhere");
    write(elsewhere, 5);
    Files.createSymbolicLink(folders().partialFile(Digest.ofText("link")), elsewhere);
    Files.createDirectory(folders().partialFile(Digest.ofText("folder")));

    assertThat(bytes("too long", "empty", "short", "short and a part", "link", "folder"))
        .containsOnly(Map.entry(Digest.ofText("short and a part"), 3L));
  }

  @Test
  void aStoreThatCannotBeLookedAtHoldsNothing() throws IOException {
    assertThat(bytes("before the first download")).isEmpty();
    Files.write(folders().files(), new byte[3]);

    assertThat(bytes("not a folder", "nor this")).isEmpty();
    assertThat(bytes()).isEmpty();
  }
}
