package dev.tombolo.hub.bundle;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Quoted;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes bundles in short-lived processes: at a low priority, so that all cores may be used and the
/// hub's loop never waits for one, and with a heap of their own, so that a model too large for it
/// costs one bundle and not the hub.
public final class BundleMaker {
  /// Bounds what one making may take, beside the files, which are mapped.
  private static final String HEAP = "-Xmx768m";

  /// A tenth of a share beside what serves. At 19, a hundredth, devices waited for minutes where
  /// others kept the machine busy.
  private static final String NICENESS = "10";

  private static final Duration TIME_MIN = Duration.ofMinutes(10);

  /// Slower than this nobody waits for it.
  private static final long BYTES_PER_SECOND_MIN = 512 * 1024;

  private volatile @Nullable Process running;

  /// What was made.
  public record Made(Digest bundle, long bytes, long plainBytes) {}

  /// Makes the bundle. An interrupt ends it.
  ///
  /// @param base folder; empty for a bundle that needs none
  /// @param errors file for what the process complains of
  /// @throws IOException when it failed, saying why
  public Made make(Optional<Path> base, Path target, Path out, Path errors, long targetBytes)
      throws IOException, InterruptedException {
    List<String> command = command();
    command.add(base.map(Path::toString).orElse("-"));
    command.add(target.toString());
    command.add(out.toString());
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    running = process;
    try {
      Duration time = TIME_MIN.plusSeconds(targetBytes / BYTES_PER_SECOND_MIN);
      if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("it took longer than " + time.toMinutes() + " minutes");
      }
      if (process.exitValue() != 0) {
        throw new IOException(complaint(errors, process.exitValue()));
      }
      return made(process);
    } finally {
      running = null;
      process.destroyForcibly();
    }
  }

  /// Ends what is being made now, which fails.
  public void end() {
    Process process = running;
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private static Made made(Process process) throws IOException {
    try (InputStream in = process.getInputStream()) {
      String said = new String(in.readNBytes(256), StandardCharsets.US_ASCII).strip();
      String[] parts = said.split(" ");
      if (parts.length != 3) {
        throw new IOException("it said '" + Quoted.of(said) + "'");
      }
      return new Made(Digest.ofHex(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    } catch (IllegalArgumentException e) {
      throw new IOException("it said nothing of use", e);
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>(List.of("nice", "-n", NICENESS));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    String home = System.getProperty("tombolo.home");
    if (home != null) {
      command.add("-XX:+UseCompactObjectHeaders");
      command.add("-XX:SharedArchiveFile=" + Path.of(home, "app.jsa"));
      // Of an installation that was copied with new file times the archive is not used; Java would
      // say so in the midst of the answer.
      command.addAll(List.of("-Xlog:cds=off", "-Xlog:aot=off"));
    }
    String zstd = System.getProperty("ZstdNativePath");
    if (zstd != null) {
      command.add("-DZstdNativePath=" + zstd);
    }
    command.add("-cp");
    command.add(classPath());
    command.add(MakingProcess.class.getName());
    return command;
  }

  private static String classPath() {
    List<String> parts = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
      parts.add(Path.of(part).toAbsolutePath().toString());
    }
    return String.join(File.pathSeparator, parts);
  }

  private static String complaint(Path errors, int exit) throws IOException {
    String said = Files.exists(errors) ? Files.readString(errors).strip() : "";
    String first = said.lines().findFirst().orElse("").strip();
    if (first.toLowerCase(Locale.ROOT).contains("outofmemory")) {
      return "its memory (" + HEAP.substring(4) + ") did not do";
    }
    String words = first.replaceFirst("^Exception in thread \"main\" [\\w.$]*:? ?", "");
    return words.isEmpty() ? "it ended with " + exit : Quoted.of(words);
  }
}
