package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.Digest;

/// A section's exact content. The digest is over the UTF-8 bytes of `text`.
public record Section(String name, String text) {
  /// JSON of [PlaceSection].
  public static final String PLACE = "place";

  /// JSON of [WorkloadsSection].
  public static final String WORKLOADS = "workloads";

  /// JSON of [TrustSection].
  public static final String TRUST = "trust";

  /// JSON of [WindowsSection].
  public static final String WINDOWS = "windows";

  /// JSON of [LineSection].
  public static final String LINE = "line";

  /// JSON of [PeersSection].
  public static final String PEERS = "peers";

  /// Prefix; followed by the application's name. JSON of the release's DSSE envelope, byte for byte
  /// as its publisher made it.
  public static final String RELEASE_PREFIX = "release/";

  public Digest digest() {
    return Digest.ofText(text);
  }
}
