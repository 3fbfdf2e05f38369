package dev.tombolo.agent.process;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.session.BoundedRun;
import dev.tombolo.agent.session.LocalPlaces;
import dev.tombolo.agent.session.ProcessTable;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Placeholders;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Tells a running workload that its release has changed, the way the release declares.
final class Reloads {
  private static final Duration COMMAND_MAX = Duration.ofSeconds(60);
  private static final int HTTP_MILLIS_MAX = 10_000;
  private static final Set<String> SIGNALS = Set.of("HUP", "USR1", "USR2");

  private final LocalPlaces places;
  private final Function<Name, List<String>> prefix;

  /// @param prefix put before a command of an application
  Reloads(LocalPlaces places, Function<Name, List<String>> prefix) {
    this.places = places;
    this.prefix = prefix;
  }

  /// Empty when it worked.
  Optional<Reason> reload(AgentEffect.ReloadWorkload effect) throws InterruptedException {
    String how = how(effect.spec().reload());
    if (!ProcessTable.isAlive(effect.process())) {
      return failed(how, "process " + effect.process().pid() + " runs no more");
    }
    try {
      Map<String, String> values = places.placeholders(effect.application(), effect.release());
      WorkloadSpec spec = Placeholders.fill(effect.spec(), values);
      Optional<String> problem =
          switch (spec.reload()) {
            case WorkloadSpec.Reload.Restart _ -> Optional.of("it is reloaded by a restart");
            case WorkloadSpec.Reload.Signal(var signal) -> signal(signal, effect.process().pid());
            case WorkloadSpec.Reload.Http(var port, var path) -> post(port, path);
            case WorkloadSpec.Reload.Command(var argv) -> command(effect, spec, argv);
          };
      return problem.flatMap(detail -> failed(how, detail));
    } catch (IOException | RuntimeException e) {
      return failed(how, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private static String how(WorkloadSpec.Reload reload) {
    return switch (reload) {
      case WorkloadSpec.Reload.Restart _ -> "restart";
      case WorkloadSpec.Reload.Signal(var signal) -> "signal " + signal;
      case WorkloadSpec.Reload.Http _ -> "http";
      case WorkloadSpec.Reload.Command _ -> "command";
    };
  }

  /// By the shell's own `kill`: small devices have no program of that name.
  private Optional<String> signal(String signal, long pid)
      throws IOException, InterruptedException {
    if (!SIGNALS.contains(signal)) {
      return Optional.of("signal " + signal + " is none of " + SIGNALS);
    }
    List<String> argv =
        List.of("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "kill", signal, Long.toString(pid));
    return outcome(
        BoundedRun.run(
            List.of(),
            argv,
            Map.of("PATH", "/usr/bin:/bin"),
            places.folders().data(),
            COMMAND_MAX));
  }

  private Optional<String> command(
      AgentEffect.ReloadWorkload effect, WorkloadSpec spec, List<String> argv)
      throws IOException, InterruptedException {
    Map<String, String> environment = places.environment(effect.application(), spec.env());
    return outcome(
        BoundedRun.run(
            prefix.apply(effect.application()),
            argv,
            environment,
            places.folders().work(effect.application()),
            COMMAND_MAX));
  }

  private static Optional<String> post(String port, String path) throws IOException {
    URI url = URI.create("http://127.0.0.1:" + Integer.parseInt(port) + path);
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
    try {
      connection.setInstanceFollowRedirects(false);
      connection.setConnectTimeout(HTTP_MILLIS_MAX);
      connection.setReadTimeout(HTTP_MILLIS_MAX);
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setFixedLengthStreamingMode(0);
      connection.getOutputStream().close();
      int status = connection.getResponseCode();
      return status / 100 == 2
          ? Optional.empty()
          : Optional.of("POST " + url + " answered " + status);
    } finally {
      connection.disconnect();
    }
  }

  private static Optional<String> outcome(BoundedRun.Ended ended) {
    if (ended.timedOut()) {
      return Optional.of("the command took longer than " + COMMAND_MAX.toSeconds() + " s");
    }
    return ended.exitCode() == 0
        ? Optional.empty()
        : Optional.of(
            "exit code "
                + ended.exitCode()
                + (ended.lastLine().isEmpty() ? "" : ": " + ended.lastLine()));
  }

  private static Optional<Reason> failed(String how, String detail) {
    return Optional.of(new Reason.ReloadFailed(how, detail));
  }
}
