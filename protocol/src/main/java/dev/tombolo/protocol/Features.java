package dev.tombolo.protocol;

/// The words of `requires`. A device that lacks a required one refuses, instead of
/// misunderstanding.
public final class Features {
  /// docs/protocol.md as it was first written.
  public static final String V1 = "v1";

  /// Knows a selection's `gate`: switches to it only by a permit.
  public static final String PERMITS = "permits";

  /// Knows the section `windows`: downloads and switches only when the site may.
  public static final String WINDOWS = "windows";

  /// Knows a release's `needs`: switches to it only when what it needs is live.
  public static final String NEEDS = "needs";

  /// Knows the section `line`: keeps to its bandwidth, and downloads nothing while it is paused.
  public static final String LINE = "line";

  /// Knows a probe's `maxLatencyMillis`: fails it when its answer comes later.
  public static final String LATENCY = "latency";

  /// Names what a report follows on ([dev.tombolo.protocol.message.Report#follows]), so that the
  /// hub sees when one before it was lost at a broker.
  public static final String FOLLOWS = "follows";

  /// Knows what its document says only for its `why`: a gate's `waveName` and a selection's
  /// `overrules`. Never required: who does not know them is not sent them.
  public static final String WHY = "why";

  private Features() {}
}
