package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.LoopDisk;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disks that other tests cut off (needs root and loop devices).
@Tag("slow")
class LoopDiskIT {
  @TempDir Path folder;

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
