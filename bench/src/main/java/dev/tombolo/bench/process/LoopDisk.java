package dev.tombolo.bench.process;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// An ext4 disk in a file, mounted: its power can be cut, and it can break. Needs root and loop
/// devices.
public final class LoopDisk implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long BYTES = 384L * 1024 * 1024;

  /// `EXT4_IOC_SHUTDOWN`, `_IOR('X', 125, __u32)`, with `EXT4_GOING_FLAGS_NOLOGFLUSH`: from now on
  /// nothing reaches the disk, not even what the journal holds in memory.
  private static final String CUT =
      "open(my $f, '<', shift) or die $!;"
          + " kill('KILL', @ARGV) == @ARGV or die qq{not all of @ARGV run: $!} if @ARGV;"
          + " my $flags = pack('L', 2);"
          + " ioctl($f, 0x8004587D, $flags) or die $!";

  /// Two at once may reach for the same loop device.
  private static final Object MOUNTING = new Object();

  private final Path image;
  private final Path mount;
  private boolean mounted;
  private boolean failed;

  private LoopDisk(Path image, Path mount) {
    this.image = image;
    this.mount = mount;
  }

  /// Why there are no such disks on this machine; empty when there are.
  public static String missing() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return "this needs root, to mount a disk of its own";
    }
    if (!Files.exists(Path.of("/dev/loop-control"))) {
      return "this needs loop devices (/dev/loop-control): modprobe loop";
    }
    for (String tool :
        List.of("mkfs.ext4", "fsck.ext4", "perl", "findmnt", "losetup", "mount", "umount")) {
      if (!isInstalled(tool)) {
        return "this needs " + tool + ": apt-get install e2fsprogs perl-base util-linux mount";
      }
    }
    return "";
  }

  private static boolean isInstalled(String tool) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  /// Makes one and mounts it.
  ///
  /// @param mount made if it is not there
  public static LoopDisk make(Path image, Path mount) throws IOException, InterruptedException {
    Files.createDirectories(mount);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(BYTES);
    }
    run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,nodiscard", image.toString());
    LoopDisk disk = new LoopDisk(image, mount);
    disk.mount();
    return disk;
  }

  public Path folder() {
    return mount;
  }

  /// The power goes: every write fails from here on, and what had not reached the disk is lost. The
  /// processes that keep something here go with it, a moment before: an `fdatasync` under way is
  /// told by the kernel that all is well, and who lives on would promise what is lost.
  ///
  /// @param processes that run, and end by this (SIGKILL); one that has ended is an error
  public void cut(Spawned... processes) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>(List.of("perl", "-e", CUT, mount.toString()));
    for (Spawned process : processes) {
      argv.add(Long.toString(process.pid()));
    }
    run(argv.toArray(String[]::new));
  }

  /// The kernel finds an error and takes the disk for read-only, until it is mounted anew.
  public void fail() throws IOException, InterruptedException {
    failed = true;
    String device = run("findmnt", "-n", "-o", "SOURCE", mount.toString()).out().strip();
    Files.writeString(
        Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString(), "trigger_fs_error"), "1");
  }

  /// As after a start of the machine: the journal is played, a disk that failed is checked. Nobody
  /// may use it.
  public void startAgain() throws IOException, InterruptedException {
    unmount();
    if (!run("losetup", "-n", "-O", "NAME", "-j", image.toString()).out().isBlank()) {
      leaveTheOldOne();
    }
    if (failed) {
      failed = false;
      // 1: what was wrong has been mended.
      Command check = command("fsck.ext4", "-p", image.toString());
      if (check.exit() > 1) {
        check.orThrow();
      }
    }
    mount();
  }

  /// Somebody's mount namespace, made while this was mounted, still holds it as it was: cut off or
  /// broken. A mount of the same file would be that one again, so the file is replaced by a copy.
  private void leaveTheOldOne() throws IOException, InterruptedException {
    Path copy = image.resolveSibling(image.getFileName() + ".copy");
    run("cp", "--sparse=always", image.toString(), copy.toString());
    Files.move(copy, image, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private void mount() throws IOException, InterruptedException {
    synchronized (MOUNTING) {
      run("mount", "-o", "loop,errors=remount-ro", image.toString(), mount.toString());
    }
    mounted = true;
    Leftovers.mounted(mount);
  }

  private void unmount() throws IOException, InterruptedException {
    if (mounted) {
      Await.untilTrue(
          LIMIT,
          () -> "nobody to use " + mount,
          () -> command("umount", mount.toString()).exit() == 0);
      mounted = false;
      Leftovers.unmounted(mount);
    }
  }

  /// Removes it, even where somebody still uses it.
  @Override
  public void close() throws IOException {
    try {
      if (mounted) {
        run("umount", "-l", mount.toString());
        mounted = false;
        Leftovers.unmounted(mount);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(image);
  }

  private static Command run(String... argv) throws IOException, InterruptedException {
    return command(argv).orThrow();
  }

  private static Command command(String... argv) throws IOException, InterruptedException {
    return Command.run(new ArrayList<>(List.of(argv)), Map.of(), Path.of("/"), LIMIT);
  }
}
