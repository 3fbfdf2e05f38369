package dev.tombolo.hub.cli.sign;

import dev.tombolo.hub.config.YamlMap;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.WorkloadSpec;
import dev.tombolo.protocol.release.WorkloadSpec.Reload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads `workload:` of a `release.yaml`.
final class WorkloadYaml {
  private static final int STARTUP_SECONDS = 60;
  private static final int SOAK_SECONDS = 30;
  private static final int STOP_GRACE_SECONDS = 10;
  private static final int PROBE_PERIOD_SECONDS = 5;
  private static final int PROBE_TIMEOUT_SECONDS = 5;

  private WorkloadYaml() {}

  /// A release that is only files.
  static WorkloadSpec none() {
    return new WorkloadSpec(
        WorkloadSpec.Type.NONE, List.of(), Map.of(), new Reload.Restart(), List.of(), 0, 0, 0);
  }

  static WorkloadSpec read(YamlMap yaml) {
    yaml.word("type", List.of("process"));
    List<String> argv = yaml.texts("argv");
    if (argv.isEmpty()) {
      throw yaml.fault("argv", "missing; list the program and its arguments");
    }
    WorkloadSpec spec =
        new WorkloadSpec(
            WorkloadSpec.Type.PROCESS,
            argv,
            yaml.scalarMap("env"),
            yaml.optionalMap("reload").map(WorkloadYaml::reload).orElseGet(Reload.Restart::new),
            yaml.maps("probes").stream().map(WorkloadYaml::probe).toList(),
            seconds(yaml, "startup", STARTUP_SECONDS),
            seconds(yaml, "soak", SOAK_SECONDS),
            seconds(yaml, "stopGrace", STOP_GRACE_SECONDS));
    yaml.noMore();
    return spec;
  }

  private static Reload reload(YamlMap yaml) {
    onlyOneOf(yaml, List.of("signal", "http", "command"));
    Reload reload;
    if (yaml.has("signal")) {
      reload = new Reload.Signal(yaml.word("signal", List.of("HUP", "USR1", "USR2")));
    } else if (yaml.has("http")) {
      YamlMap http = yaml.map("http");
      reload = new Reload.Http(port(http), http.text("path"));
      http.noMore();
    } else {
      reload = new Reload.Command(yaml.texts("command"));
    }
    yaml.noMore();
    return reload;
  }

  private static Probe probe(YamlMap yaml) {
    String name = yaml.text("name");
    int period = seconds(yaml, "every", PROBE_PERIOD_SECONDS);
    int timeout = seconds(yaml, "timeout", PROBE_TIMEOUT_SECONDS);
    Integer restart =
        yaml.optionalWhole("restartAfter", Probe.NEVER, Probe.RESTART_AFTER_MAX)
            .map(Long::intValue)
            .orElse(null);
    Integer latency = latency(yaml, timeout);
    onlyOneOf(yaml, List.of("exec", "http", "tcp"));
    Probe probe;
    if (yaml.has("exec")) {
      probe = new Probe.Exec(name, period, timeout, restart, latency, yaml.texts("exec"));
    } else if (yaml.has("http")) {
      YamlMap http = yaml.map("http");
      probe =
          new Probe.Http(
              name,
              period,
              timeout,
              restart,
              latency,
              port(http),
              http.text("path"),
              http.optionalText("expect").orElse(null));
      http.noMore();
    } else {
      YamlMap tcp = yaml.map("tcp");
      probe = new Probe.Tcp(name, period, timeout, restart, latency, port(tcp));
      tcp.noMore();
    }
    yaml.noMore();
    return probe;
  }

  /// Milliseconds; null when nothing but the timeout counts.
  private static @Nullable Integer latency(YamlMap yaml, int timeoutSeconds) {
    Optional<Duration> latency = yaml.optionalDuration("maxLatency");
    if (latency.isEmpty()) {
      return null;
    }
    if (latency.get().isZero() || latency.get().compareTo(Duration.ofSeconds(timeoutSeconds)) > 0) {
      throw yaml.fault(
          "maxLatency",
          "must be longer than nothing and no longer than the probe's timeout, "
              + timeoutSeconds
              + "s; write it like 150ms");
    }
    return Math.toIntExact(latency.get().toMillis());
  }

  /// A port's number, or a placeholder.
  private static String port(YamlMap yaml) {
    return yaml.optionalScalar("port")
        .orElseThrow(() -> yaml.fault("port", "missing; a number, or ${param.NAME}"));
  }

  private static void onlyOneOf(YamlMap yaml, List<String> ways) {
    if (ways.stream().filter(yaml::has).count() != 1) {
      throw yaml.fault("", "give exactly one of " + String.join(", ", ways));
    }
  }

  private static int seconds(YamlMap yaml, String key, int otherwise) {
    Duration duration = yaml.optionalDuration(key).orElse(Duration.ofSeconds(otherwise));
    if (duration.getNano() != 0 || duration.toDays() > 1) {
      throw yaml.fault(key, "write whole seconds, at most one day");
    }
    return (int) duration.toSeconds();
  }
}
