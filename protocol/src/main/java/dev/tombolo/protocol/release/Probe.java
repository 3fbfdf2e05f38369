package dev.tombolo.protocol.release;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A check of a running workload. `periodSeconds` apart, each within `timeoutSeconds`. Ports are
/// text because they may be a placeholder.
public sealed interface Probe {
  String name();

  int periodSeconds();

  int timeoutSeconds();

  /// Passes on exit 0. Its last output line becomes the detail of a failure.
  record Exec(String name, int periodSeconds, int timeoutSeconds, List<String> argv)
      implements Probe {
    public Exec {
      argv = List.copyOf(argv);
    }
  }

  /// GET http://127.0.0.1:port/path. Passes on 2xx and, where given, when the body (first 64 KiB)
  /// contains `expect`.
  record Http(
      String name,
      int periodSeconds,
      int timeoutSeconds,
      String port,
      String path,
      @Nullable String expect)
      implements Probe {}

  /// Passes when a connection to 127.0.0.1:port opens.
  record Tcp(String name, int periodSeconds, int timeoutSeconds, String port) implements Probe {}
}
