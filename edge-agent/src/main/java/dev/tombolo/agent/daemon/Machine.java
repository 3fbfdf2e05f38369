package dev.tombolo.agent.daemon;

import dev.tombolo.protocol.release.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// The machine the agent runs on (Linux).
public final class Machine {
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");

  private Machine() {}

  static String bootId() throws IOException {
    return Files.readString(BOOT_ID).strip();
  }

  public static Platform platform(Set<String> runtimes) {
    return new Platform("linux", architecture(), runtimes);
  }

  /// As `uname -m` says.
  private static String architecture() {
    String architecture = System.getProperty("os.arch", "");
    return architecture.equals("amd64") ? "x86_64" : architecture;
  }

  /// For people at the hub.
  static Map<String, String> facts() {
    Map<String, String> facts = new HashMap<>();
    facts.put("os", "linux " + line(KERNEL));
    facts.put("arch", architecture());
    facts.put("host", line(HOST_NAME));
    facts.put("agentVersion", AgentVersion.text());
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return facts;
  }

  private static String line(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
