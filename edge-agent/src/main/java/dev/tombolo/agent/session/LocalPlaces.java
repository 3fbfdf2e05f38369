package dev.tombolo.agent.session;

import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Placeholders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// What only this device knows of a workload: its folders, the runtimes offered here, where to hand
/// in results; and the environment that its programs get, which is made from nothing.
public final class LocalPlaces {
  private static final String SYSTEM_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final AgentFolders folders;
  private final Map<String, Path> runtimes;
  private final Function<Name, Loopback> loopback;

  /// Where a workload hands in its results.
  ///
  /// @param url with a path that is the workload's secret
  /// @param token the same secret, for an `Authorization: Bearer` header
  public record Loopback(String url, String token) {
    @Override
    public String toString() {
      return "Loopback[***]";
    }
  }

  /// @param runtimes by name, from the agent's own settings
  public LocalPlaces(
      AgentFolders folders, Map<String, Path> runtimes, Function<Name, Loopback> loopback) {
    this.folders = folders;
    this.runtimes = Map.copyOf(runtimes);
    this.loopback = loopback;
  }

  public AgentFolders folders() {
    return folders;
  }

  /// Values of the placeholders that the deciders leave.
  ///
  /// @throws IOException when the release's folder is not there
  public Map<String, String> placeholders(Name application, Digest release) throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put(Placeholders.RELEASE_DIR, folders.release(release).toRealPath().toString());
    values.put(Placeholders.RELEASE_DIGEST, release.text());
    values.put(
        Placeholders.WORK_DIR, folders.work(application).toAbsolutePath().normalize().toString());
    values.put(Placeholders.LOOPBACK_URL, loopback.apply(application).url());
    runtimes.forEach(
        (name, path) -> values.put(Placeholders.RUNTIME_PREFIX + name, path.toString()));
    return values;
  }

  /// The whole environment of a program of this application.
  ///
  /// @param declared by the release, placeholders filled
  public Map<String, String> environment(Name application, Map<String, String> declared) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", SYSTEM_PATH);
    environment.put("HOME", folders.work(application).toAbsolutePath().normalize().toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("TOMBOLO_APPLICATION", application.text());
    environment.put(
        "TOMBOLO_CURRENT", folders.current(application).toAbsolutePath().normalize().toString());
    environment.put("TOMBOLO_LOOPBACK_TOKEN", loopback.apply(application).token());
    environment.putAll(declared);
    return environment;
  }

  /// Finds a program as `execvp` would, so that a missing one is told before anything is stopped
  /// for it.
  public static boolean isRunnable(String program) {
    if (program.contains("/")) {
      return isExecutableFile(Path.of(program));
    }
    for (String folder : SYSTEM_PATH.split(":")) {
      if (isExecutableFile(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isExecutableFile(Path path) {
    return Files.isExecutable(path) && !Files.isDirectory(path);
  }
}
