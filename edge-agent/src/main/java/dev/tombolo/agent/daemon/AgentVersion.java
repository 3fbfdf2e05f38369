package dev.tombolo.agent.daemon;

import dev.tombolo.protocol.Features;
import java.util.List;

/// Which agent this is.
public final class AgentVersion {
  /// Wire features of this agent; a document that requires others is refused.
  public static final List<String> FEATURES =
      List.of(
          Features.V1,
          Features.PERMITS,
          Features.WINDOWS,
          Features.NEEDS,
          Features.LINE,
          Features.LATENCY,
          Features.FOLLOWS,
          Features.WHY);

  /// No moment in which this agent runs is earlier (2026-01-01T00:00Z).
  static final long EARLIEST_MILLIS = 1_767_225_600_000L;

  private AgentVersion() {}

  public static String text() {
    String version = AgentVersion.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0" : version;
  }
}
