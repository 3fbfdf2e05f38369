package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A Java runtime with only the modules a program needs, linked from the build's own JDK.
///
/// It is linked once and kept under `target/` until the JDK, the modules or the options change.
final class RuntimeImage {
  private static final List<String> OPTIONS =
      List.of(
          "--strip-java-debug-attributes",
          "--no-header-files",
          "--no-man-pages",
          "--vm=server",
          "--compress=zip-6");

  private RuntimeImage() {}

  /// Returns the folder of the runtime, linking it if it is not there yet.
  static Path forProgram(Program program, Path target) throws IOException {
    Path jdk = Path.of(System.getProperty("java.home"));
    String wanted =
        new Fingerprint()
            .add(jdk.resolve("release"))
            .add(String.join(" ", OPTIONS))
            .add(String.join(",", program.modules()))
            .hex();
    Path runtime = target.resolve("runtime-" + program.name());
    Path mark = target.resolve("runtime-" + program.name() + ".made-from");
    if (Files.exists(runtime) && Files.exists(mark) && Files.readString(mark).equals(wanted)) {
      return runtime;
    }

    Files.deleteIfExists(mark);
    Path made = target.resolve("runtime-" + program.name() + ".new");
    Folder.delete(made);
    List<String> jlink = new ArrayList<>();
    jlink.add(jdk.resolve("bin/jlink").toString());
    jlink.addAll(OPTIONS);
    jlink.addAll(
        List.of("--add-modules", String.join(",", program.modules()), "--output", made.toString()));
    Tool.run(target, Map.of(), jlink);
    Folder.replace(runtime, made);
    Files.writeString(mark, wanted);
    return runtime;
  }
}
