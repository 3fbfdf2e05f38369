package dev.tombolo.installer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Makes `target/tombolo-agent`, its package, and `target/tombolo`, which serves the package.
///
/// Arguments: the module's folder, the build's time, and for hub and agent each the jar and the
/// file that lists its class path.
final class Distributions {
  private Distributions() {}

  public static void main(String[] arguments) throws IOException {
    Path module = Path.of(arguments[0]);
    Instant buildTime = Instant.parse(arguments[1]);
    List<Path> hubClassPath = classPath(Path.of(arguments[2]), Path.of(arguments[3]));
    List<Path> agentClassPath = classPath(Path.of(arguments[4]), Path.of(arguments[5]));
    Path target = module.resolve("target");
    Path templates = module.resolve("src/main/dist");

    Path units = module.resolve("src/main/share");
    Distribution agent = new Distribution(Program.AGENT, target, templates, buildTime);
    Path packages = target.resolve("packages");
    if (agent.make(agentClassPath, List.of(units.resolve("tombolo-agent.service")))
        || !Files.exists(packages)) {
      ShopPackage.make(agent.home(), target);
    }
    Distribution hub = new Distribution(Program.HUB, target, templates, buildTime);
    hub.make(
        hubClassPath,
        List.of(packages, module.resolve("install.sh"), units.resolve("tombolo-hub.service")));
  }

  private static List<Path> classPath(Path jar, Path list) throws IOException {
    List<Path> all = new ArrayList<>();
    all.add(jar);
    for (String entry : Files.readString(list).strip().split(":")) {
      all.add(Path.of(entry));
    }
    return all;
  }
}
