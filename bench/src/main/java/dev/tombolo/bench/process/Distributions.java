package dev.tombolo.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the build put the two programs.
///
/// @param tombolo `bin/tombolo`, hub and operators' CLI
/// @param agent `bin/tombolo-agent`
public record Distributions(Path tombolo, Path agent) {

  /// Finds them from the system property `tombolo.checkout` (the checkout), else from the working
  /// folder upwards.
  ///
  /// @throws IOException when they are not built, saying how to build them
  public static Distributions find() throws IOException {
    String home = System.getProperty("tombolo.checkout");
    for (Path at = Path.of(home == null ? "" : home).toAbsolutePath();
        at != null;
        at = at.getParent()) {
      Path target = at.resolve("installer/target");
      Path tombolo = target.resolve("tombolo/bin/tombolo");
      Path agent = target.resolve("tombolo-agent/bin/tombolo-agent");
      if (Files.isExecutable(tombolo) && Files.isExecutable(agent)) {
        return new Distributions(tombolo, agent);
      }
    }
    throw new IOException(
        "no built distributions found from "
            + Path.of("").toAbsolutePath()
            + " upwards; run: mvn -DskipTests package");
  }

  /// The folder of the hub's distribution.
  public Path tomboloHome() {
    return parentOf(parentOf(tombolo));
  }

  public Path agentHome() {
    return parentOf(parentOf(agent));
  }

  /// The runtime image's `java` beside the hub, which also runs what the bench starts.
  public Path java() {
    return tomboloHome().resolve("runtime/bin/java");
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException(path + " has no parent");
    }
    return parent;
  }
}
