package dev.tombolo.agent.cli;

import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.config.AgentProperties;
import dev.tombolo.agent.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// The option that every command has.
final class DataFolder {
  static final Path USUAL = Path.of("/var/lib/tombolo-agent");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "/var/lib/tombolo-agent",
      description = "Folder with all the agent keeps (default: ${DEFAULT-VALUE}).")
  private Path data = USUAL;

  @Spec(Target.MIXEE)
  private @Nullable CommandSpec command;

  Path path() {
    return data.toAbsolutePath().normalize();
  }

  /// The folder and its settings; a wrong setting is a usage error.
  AgentConfig config() throws IOException {
    try {
      return AgentProperties.read(path());
    } catch (ConfigException e) {
      throw new ParameterException(
          java.util.Objects.requireNonNull(command).commandLine(), e.getMessage());
    }
  }

  /// For its owner only: keys, parameters and results lie in it.
  void make() throws IOException {
    Path folder = path().toAbsolutePath();
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
