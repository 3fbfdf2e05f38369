package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.LoopDisk;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disks that other tests cut off (needs root and loop devices).
@Tag("slow")
class LoopDiskIT {
  @TempDir Path folder;

  /// Appends records of its number and syncs each; says so then.
  private static final String WRITER =
      """
      use IO::Handle;
      open(my $f, '>>', $ARGV[0]) or die $!;
      for (my $n = 1; ; $n++) {
        syswrite($f, sprintf("%07d\n", $n) x $ARGV[1]) or die $!;
        $f->sync or die $!;
        syswrite(STDOUT, "$n\n");
      }
      """;

  /// More than a page of memory.
  private static final int RECORD_LINES = 513;

  private static final int RECORD_BYTES = 8 * RECORD_LINES;
  private static final int CUTS = 60;

  /// A cut of the disk alone made an fsync that was under way return as if all were well, in two of
  /// a hundred cuts.
  @Test
  void whatAProcessSaidToBeSyncedIsThereAfterACut() throws Exception {
    Random random = new Random(1);
    try (LoopDisk disk = LoopDisk.make(folder.resolve("disk.img"), folder.resolve("disk"))) {
      for (int cut = 0; cut < CUTS; cut++) {
        Path file = disk.folder().resolve("records-" + cut);
        Path said = folder.resolve("said-" + cut);
        try (Spawned writer = writer(file, said)) {
          writer.awaitLine(Integer.toString(1 + random.nextInt(20)), 0, Duration.ofMinutes(1));
          disk.cut(writer);
        }
        disk.startAgain();
        int synced = Files.readAllLines(said).size();
        assertThat(records(file)).as("records after cut %d", cut).isGreaterThanOrEqualTo(synced);
        Files.delete(file);
      }
    }
  }

  private Spawned writer(Path file, Path said) throws IOException {
    return Spawned.start(
        "writer",
        List.of("perl", "-e", WRITER, file.toString(), Integer.toString(RECORD_LINES)),
        Map.of(),
        folder,
        said);
  }

  /// How many of them are whole, from the first on.
  private static int records(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int records = 0;
    while (isRecord(all, records)) {
      records++;
    }
    return records;
  }

  private static boolean isRecord(byte[] all, int before) {
    int from = before * RECORD_BYTES;
    byte[] record =
        "%07d\n".formatted(before + 1).repeat(RECORD_LINES).getBytes(StandardCharsets.UTF_8);
    return all.length >= from + RECORD_BYTES
        && Arrays.equals(all, from, from + RECORD_BYTES, record, 0, RECORD_BYTES);
  }

  /// Every `ip netns exec` and every container makes a mount namespace with copies of all mounts.
  @Test
  void comesBackAfterACutThoughAnotherMountNamespaceHoldsIt() throws Exception {
    try (LoopDisk disk = LoopDisk.make(folder.resolve("disk.img"), folder.resolve("disk"))) {
      Path kept = disk.folder().resolve("kept");
      Files.writeString(kept, "synced");
      try (FileChannel channel = FileChannel.open(kept, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Process other =
          new ProcessBuilder("unshare", "--mount", "sh", "-c", "echo ready; exec sleep 600")
              .start();
      try {
        assertThat(other.inputReader().readLine()).isEqualTo("ready");
        disk.cut();

        disk.startAgain();

        assertThat(kept).hasContent("synced");
        Files.writeString(disk.folder().resolve("more"), "written");
        assertThat(other.isAlive()).isTrue();
      } finally {
        other.destroyForcibly().waitFor();
      }
    }
  }
}
