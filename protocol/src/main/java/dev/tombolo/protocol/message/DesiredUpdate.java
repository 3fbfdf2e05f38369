package dev.tombolo.protocol.message;

import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.sign.Envelope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The newest manifest and the sections the device does not hold. When they do not fit one packet
/// the hub sends several updates with the same manifest; the device applies the manifest once it
/// holds every section of it. Each update stands for all before it.
///
/// @param envelope DSSE over a [dev.tombolo.protocol.desired.DesiredManifest]
/// @param documentCertificate PEM of the hub's document key, certified by the hub's CA; sent only
///   when the birth named another key
public record DesiredUpdate(
    Envelope envelope, List<Section> sections, @Nullable String documentCertificate) {
  public DesiredUpdate {
    sections = List.copyOf(sections);
  }
}
