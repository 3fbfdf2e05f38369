package dev.tombolo.bench.bundle;

import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.cli.TomboloAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Applies a bundle in a process of its own: base, bundle, out.
final class ApplyProcess {
  private ApplyProcess() {}

  public static void main(String[] args) throws IOException {
    BundleApply.apply(
        Path.of(args[0]),
        Path.of(args[1]),
        BundleApply.Wanted.byPaths(Path.of(args[2])),
        _ -> {},
        _ -> {
          System.out.println("segment");
          System.out.flush();
        });
  }

  /// Starts `tombolo-agent bundle apply` in the words of a running agent.
  static Process startAsAnAgentDoes(String heap, Path bundle, Path out, long makes)
      throws IOException {
    List<String> argv =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx" + heap,
            "-Xmn4m",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            TomboloAgent.class.getName(),
            "bundle",
            "apply",
            "--by-digest",
            "--bundle",
            bundle.toString(),
            "--out",
            out.toString(),
            "--makes",
            Long.toString(makes));
    return new ProcessBuilder(argv).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  /// Starts it with this much heap.
  static Process start(String heap, Path base, Path bundle, Path out) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-Xmx" + heap,
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            ApplyProcess.class.getName(),
            base.toString(),
            bundle.toString(),
            out.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
