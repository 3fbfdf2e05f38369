package dev.tombolo.protocol.release;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A check of a running workload. `periodSeconds` apart, each within `timeoutSeconds`. Ports are
/// text because they may be a placeholder.
public sealed interface Probe {
  /// Where a release does not say otherwise: failures in a row after which a workload that is live
  /// is restarted.
  int RESTART_AFTER = 3;

  int RESTART_AFTER_MAX = 1_000;

  /// Never restarted for this probe.
  int NEVER = 0;

  String name();

  int periodSeconds();

  int timeoutSeconds();

  /// Failures in a row after which a live workload is restarted; 0: never; null: as usual.
  @Nullable Integer restartAfter();

  /// Longer than this an answer may not take: one that comes later fails the probe
  /// ([dev.tombolo.protocol.reason.Reason.ProbeSlow]); null: only the timeout counts. A release
  /// with it has [dev.tombolo.protocol.Features#LATENCY] in `requires`.
  @Nullable Integer maxLatencyMillis();

  /// The same, with what is usual filled in. Whoever does not answer at its port hangs, and a
  /// restart may help; an `exec` is often a gate of quality, which none would mend.
  default int failuresUntilRestart() {
    Integer declared = restartAfter();
    if (declared != null) {
      return declared;
    }
    return switch (this) {
      case Exec _ -> NEVER;
      case Http _, Tcp _ -> RESTART_AFTER;
    };
  }

  /// Passes on exit 0. Its last output line becomes the detail of a failure. By exit
  /// [#WRONG_FOR_GOOD] it says that waiting does not mend it.
  record Exec(
      String name,
      int periodSeconds,
      int timeoutSeconds,
      @Nullable Integer restartAfter,
      @Nullable Integer maxLatencyMillis,
      List<String> argv)
      implements Probe {
    /// `EX_DATAERR` of BSD's sysexits.h.
    public static final int WRONG_FOR_GOOD = 65;

    public Exec {
      argv = List.copyOf(argv);
    }

    public Exec(String name, int periodSeconds, int timeoutSeconds, List<String> argv) {
      this(name, periodSeconds, timeoutSeconds, null, null, argv);
    }
  }

  /// GET http://127.0.0.1:port/path. Passes on 2xx and, where given, when the body (first 64 KiB)
  /// contains `expect`.
  record Http(
      String name,
      int periodSeconds,
      int timeoutSeconds,
      @Nullable Integer restartAfter,
      @Nullable Integer maxLatencyMillis,
      String port,
      String path,
      @Nullable String expect)
      implements Probe {
    public Http(
        String name,
        int periodSeconds,
        int timeoutSeconds,
        String port,
        String path,
        @Nullable String expect) {
      this(name, periodSeconds, timeoutSeconds, null, null, port, path, expect);
    }
  }

  /// Passes when a connection to 127.0.0.1:port opens.
  record Tcp(
      String name,
      int periodSeconds,
      int timeoutSeconds,
      @Nullable Integer restartAfter,
      @Nullable Integer maxLatencyMillis,
      String port)
      implements Probe {
    public Tcp(String name, int periodSeconds, int timeoutSeconds, String port) {
      this(name, periodSeconds, timeoutSeconds, null, null, port);
    }
  }
}
