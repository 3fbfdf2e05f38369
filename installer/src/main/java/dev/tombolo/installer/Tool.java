package dev.tombolo.installer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A command that the build runs and whose success it needs.
final class Tool {
  private static final int TOOL_MINUTES_MAX = 5;

  private Tool() {}

  /// Runs a command in a folder and returns what it printed.
  ///
  /// @throws IOException when it cannot start, fails, or takes longer than five minutes
  static String run(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(TOOL_MINUTES_MAX, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("gave up on " + String.join(" ", command) + "\n" + printed);
      }
    } catch (InterruptedException stopped) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in " + String.join(" ", command), stopped);
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "exit %d from %s%n%s".formatted(process.exitValue(), String.join(" ", command), printed));
    }
    return printed;
  }
}
