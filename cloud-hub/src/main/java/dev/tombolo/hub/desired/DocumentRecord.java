package dev.tombolo.hub.desired;

import dev.tombolo.protocol.desired.DesiredManifest.SectionRef;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// The newest desired document of a device, persisted before it is signed and sent.
///
/// @param issuedMillis when this revision was made
/// @param manifest digest of `payload`
/// @param payload the manifest's exact text, which is what gets signed
/// @param releases digests of the releases it selects
public record DocumentRecord(
    DeviceId device,
    String history,
    long revision,
    long issuedMillis,
    Digest manifest,
    String payload,
    List<SectionRef> sections,
    List<Digest> releases) {
  public DocumentRecord {
    sections = List.copyOf(sections);
    releases = List.copyOf(releases);
  }
}
