package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// A wall clock of its own for some programs, by Debian's `libfaketime` (package `faketime`). Their
/// monotonic clock stays the machine's. It can be set while they run; they see it within a second.
public final class FakeClock {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"));

  private final Path file;

  private FakeClock(Path file) {
    this.file = file;
  }

  /// @param file says by how much it is wrong
  public static FakeClock in(Path file, Duration ahead) throws IOException {
    FakeClock clock = new FakeClock(file);
    clock.set(ahead);
    return clock;
  }

  /// As far from the machine's clock as this; negative is behind.
  public void set(Duration ahead) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    long seconds = ahead.toSeconds();
    Files.writeString(next, (seconds < 0 ? "" : "+") + seconds + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// How far 1970 is from now.
  public static Duration toItsBeginning() {
    return Duration.between(Instant.now(), Instant.EPOCH.plusSeconds(60));
  }

  /// Where this clock is the wall clock.
  ///
  /// @throws IOException when the library is not installed
  public Surroundings around() throws IOException {
    for (Path library : LIBRARIES) {
      if (Files.exists(library)) {
        return new Surroundings(
            List.of(),
            Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                // Else waits by the monotonic clock return at once.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "NO_FAKE_STAT",
                "1"));
      }
    }
    throw new IOException("libfaketime is missing; install it (Debian: apt-get install faketime)");
  }
}
