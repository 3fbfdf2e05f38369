package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.Digest;
import org.jspecify.annotations.Nullable;

/// A section's exact content. The digest is over the UTF-8 bytes of `text`.
///
/// A class, because a digest is asked for by everybody who handles the section and is made once.
public final class Section {
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

  private final String name;
  private final String text;

  /// Null until somebody asks. Whoever asks at the same time makes the same one.
  private @Nullable Digest digest;

  public Section(String name, String text) {
    this.name = name;
    this.text = text;
  }

  public String name() {
    return name;
  }

  public String text() {
    return text;
  }

  public Digest digest() {
    Digest known = digest;
    if (known == null) {
      known = Digest.ofText(text);
      digest = known;
    }
    return known;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Section it && name.equals(it.name) && text.equals(it.text);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + text.hashCode();
  }

  @Override
  public String toString() {
    return "Section[name=" + name + ", text=" + text + "]";
  }
}
