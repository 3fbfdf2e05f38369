package dev.tombolo.agent.config;

import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `agent.properties`, as people write it.
public record PropertiesTarget(Path folder) implements FuzzTarget {
  public static PropertiesTarget inTemporaryFolder() {
    try {
      return new PropertiesTarget(Files.createTempDirectory("fuzz-properties"));
    } catch (IOException e) {
      throw new IllegalStateException("no folder to be fuzzed in", e);
    }
  }

  @Override
  public String name() {
    return "agent-properties";
  }

  @Override
  public int bytesMax() {
    return 8 * 1024;
  }

  @Override
  public List<String> words() {
    return List.of(
        "runtime.",
        "loopback.port",
        "fetch.maxBytesPerSecond",
        "link.backoffMaxSeconds",
        "proxy",
        "=",
        ":",
        "\\u",
        "\\u0000",
        "\\\n",
        "#",
        "/",
        "65536");
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        "# a comment\nruntime.python=/opt/python\nloopback.port=9000\nfetch.maxBytesPerSecond=100\nlink.backoffMaxSeconds=60\nproxy=p:3128\n"
            .getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String run(byte[] input) throws IOException {
    Files.write(folder.resolve(AgentConfig.FILE), input);
    try {
      AgentConfig read = AgentProperties.read(folder);
      Contract.holds(read.runtimes().values().stream().allMatch(Path::isAbsolute), "absolute");
      return "taken " + read.runtimes().size();
    } catch (ConfigException e) {
      Contract.holds(
          String.valueOf(e.getMessage()).contains(AgentConfig.FILE), "it names the file");
      return Contract.refused(e.getMessage());
    }
  }
}
