package dev.tombolo.protocol.release;

import java.util.List;
import java.util.Map;

/// How a release runs. Placeholders in argv, env values, probe argv, paths: `${release.dir}` (the
/// `current` link's target folder), `${work.dir}` (the workload's own writable folder, kept over
/// releases), `${param.NAME}`, `${runtime.NAME}`, `${loopback.url}` (where to hand in results),
/// `${release.digest}`. An unknown placeholder makes the release invalid. Never passed to a shell.
///
/// @param soakSeconds how long all probes must go on passing after the switch before `live`
/// @param startupSeconds how long probes may fail after the start before it counts as failed
/// @param stopGraceSeconds between SIGTERM and SIGKILL
public record WorkloadSpec(
    Type type,
    List<String> argv,
    Map<String, String> env,
    Reload reload,
    List<Probe> probes,
    int startupSeconds,
    int soakSeconds,
    int stopGraceSeconds) {
  public WorkloadSpec {
    argv = List.copyOf(argv);
    env = Map.copyOf(env);
    probes = List.copyOf(probes);
  }

  /// NONE: the release is only files. PROCESS: argv in its own session. CONTAINER comes later.
  public enum Type {
    NONE,
    PROCESS
  }

  /// How a running workload takes a new release whose workload (argv, env, probes) is unchanged.
  public sealed interface Reload {
    /// Stop the old process, start the new one.
    record Restart() implements Reload {}

    /// @param signal `HUP`, `USR1` or `USR2`
    record Signal(String signal) implements Reload {}

    /// POST to this path on 127.0.0.1.
    record Http(String port, String path) implements Reload {}

    record Command(List<String> argv) implements Reload {
      public Command {
        argv = List.copyOf(argv);
      }
    }
  }
}
