package dev.tombolo.protocol.release;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.WorkloadSpec.Reload;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The part of [ReleaseCheck] that looks at what will execute.
final class WorkloadCheck {
  static final int ARGUMENT_CHARS_MAX = 8 * 1024;
  static final int ENV_MAX = 64;
  static final int PROBES_MAX = 16;
  static final int SECONDS_MAX = 24 * 3600;
  static final int PROBE_TIMEOUT_SECONDS_MAX = 300;
  static final int STOP_GRACE_SECONDS_MAX = 600;
  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Pattern HTTP_PATH = Pattern.compile("/[!-~]*");
  private static final Set<String> SIGNALS = Set.of("HUP", "USR1", "USR2");
  private static final Set<String> ALWAYS_KNOWN =
      Set.of(
          Placeholders.RELEASE_DIR,
          Placeholders.RELEASE_DIGEST,
          Placeholders.WORK_DIR,
          Placeholders.LOOPBACK_URL);

  private final Set<String> known;
  private final List<Reason> problems;

  private WorkloadCheck(Set<String> known, List<Reason> problems) {
    this.known = known;
    this.problems = problems;
  }

  static void run(String at, WorkloadSpec spec, Set<String> declared, List<Reason> problems) {
    Set<String> known = new HashSet<>(declared);
    known.addAll(ALWAYS_KNOWN);
    new WorkloadCheck(known, problems).workload(at, spec);
  }

  private void workload(String at, WorkloadSpec spec) {
    switch (spec.type()) {
      case NONE -> {
        if (!spec.argv().isEmpty() || !spec.env().isEmpty() || !spec.probes().isEmpty()) {
          invalid(at, "a workload of type none has no argv, env or probes");
        }
      }
      case PROCESS -> argv(at + ".argv", spec.argv());
    }
    env(at + ".env", spec.env());
    reload(at + ".reload", spec.reload());
    probes(at + ".probes", spec.probes());
    between(at + ".startupSeconds", spec.startupSeconds(), 0, SECONDS_MAX);
    between(at + ".soakSeconds", spec.soakSeconds(), 0, SECONDS_MAX);
    between(at + ".stopGraceSeconds", spec.stopGraceSeconds(), 0, STOP_GRACE_SECONDS_MAX);
  }

  private void argv(String at, List<String> argv) {
    if (argv.isEmpty()) {
      invalid(at, "must not be empty");
      return;
    }
    if (argv.size() > Limits.ARGV_MAX) {
      problems.add(new Reason.LimitExceeded("ARGV_MAX", Limits.ARGV_MAX, argv.size()));
    }
    for (int i = 0; i < argv.size(); i++) {
      argument(at + "[" + i + "]", argv.get(i));
    }
    program(at + "[0]", argv.getFirst());
  }

  /// What to run must be named in full: nothing is looked up in PATH or a current folder.
  private void program(String at, String program) {
    boolean rooted =
        program.startsWith("/")
            || program.startsWith("${" + Placeholders.RELEASE_DIR + "}/")
            || (program.startsWith("${" + Placeholders.RUNTIME_PREFIX) && program.contains("}/"));
    if (!rooted) {
      invalid(at, "must begin with '/', '${release.dir}/' or '${runtime.NAME}/'");
    }
    if (program.contains("${" + Placeholders.PARAM_PREFIX)) {
      invalid(at, "a parameter must not choose what executes");
    }
    if (("/" + program + "/").contains("/../")) {
      invalid(at, "must have no '..' part");
    }
  }

  private void env(String at, Map<String, String> env) {
    if (env.size() > ENV_MAX) {
      problems.add(new Reason.LimitExceeded("ENV_MAX", ENV_MAX, env.size()));
    }
    env.forEach(
        (name, value) -> {
          if (!ENV_NAME.matcher(name).matches()) {
            invalid(at, "'" + Quoted.of(name) + "' is not a variable's name");
          }
          argument(at + "." + Quoted.of(name), value);
        });
  }

  private void reload(String at, Reload reload) {
    switch (reload) {
      case Reload.Restart() -> {}
      case Reload.Signal(var signal) -> {
        if (!SIGNALS.contains(signal)) {
          invalid(at, "'" + Quoted.of(signal) + "' is not HUP, USR1 or USR2");
        }
      }
      case Reload.Http(var port, var path) -> {
        port(at + ".port", port);
        httpPath(at + ".path", path);
      }
      case Reload.Command(var argv) -> argv(at + ".argv", argv);
    }
  }

  private void probes(String at, List<Probe> probes) {
    if (probes.size() > PROBES_MAX) {
      problems.add(new Reason.LimitExceeded("PROBES_MAX", PROBES_MAX, probes.size()));
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < probes.size(); i++) {
      String here = at + "[" + i + "]";
      Probe probe = probes.get(i);
      if (!ReleaseCheck.isWord(probe.name()) || !names.add(probe.name())) {
        invalid(here + ".name", "'" + Quoted.of(probe.name()) + "' is no name, or taken twice");
      }
      between(here + ".periodSeconds", probe.periodSeconds(), 1, SECONDS_MAX);
      between(here + ".timeoutSeconds", probe.timeoutSeconds(), 1, PROBE_TIMEOUT_SECONDS_MAX);
      between(here + ".restartAfter", probe.failuresUntilRestart(), 0, Probe.RESTART_AFTER_MAX);
      latency(here + ".maxLatencyMillis", probe);
      switch (probe) {
        case Probe.Exec exec -> argv(here + ".argv", exec.argv());
        case Probe.Http http -> {
          port(here + ".port", http.port());
          httpPath(here + ".path", http.path());
          String expect = http.expect();
          if (expect != null) {
            argument(here + ".expect", expect);
          }
        }
        case Probe.Tcp tcp -> port(here + ".port", tcp.port());
      }
    }
  }

  private void latency(String at, Probe probe) {
    Integer latency = probe.maxLatencyMillis();
    if (latency != null && (latency < 1 || latency > probe.timeoutSeconds() * 1000L)) {
      invalid(
          at,
          latency
              + " must lie between 1 and the probe's timeout, "
              + probe.timeoutSeconds()
              + "000 ms");
    }
  }

  private void port(String at, String port) {
    argument(at, port);
    if (!port.contains("${") && !isPort(port)) {
      invalid(at, "'" + Quoted.of(port) + "' is not a port; use 1-65535 or a placeholder");
    }
  }

  private void httpPath(String at, String path) {
    argument(at, path);
    if (!HTTP_PATH.matcher(path).matches()) {
      invalid(at, "must begin with '/' and have no spaces or control characters");
    }
  }

  private void argument(String at, String text) {
    if (text.length() > ARGUMENT_CHARS_MAX) {
      problems.add(
          new Reason.LimitExceeded("ARGUMENT_CHARS_MAX", ARGUMENT_CHARS_MAX, text.length()));
    }
    if (text.indexOf(0) >= 0) {
      invalid(at, "must have no NUL");
    }
    try {
      for (String name : Placeholders.names(text)) {
        if (!known.contains(name)) {
          invalid(at, "the placeholder ${" + Quoted.of(name) + "} is not known here");
        }
      }
    } catch (IllegalArgumentException e) {
      invalid(at, "has '${' without its '}'");
    }
  }

  private void between(String at, int got, int min, int max) {
    if (got < min || got > max) {
      invalid(at, got + " must lie between " + min + " and " + max);
    }
  }

  private static boolean isPort(String text) {
    if (text.isEmpty() || text.length() > 5) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    int port = Integer.parseInt(text);
    return port >= 1 && port <= 65535;
  }

  private void invalid(String field, String detail) {
    problems.add(new Reason.ReleaseInvalid(field, detail));
  }
}
