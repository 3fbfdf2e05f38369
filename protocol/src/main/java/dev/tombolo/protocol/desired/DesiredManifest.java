package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import java.util.List;

/// The signed list of a device's sections. Its bytes are signed as a DSSE payload of type
/// [#PAYLOAD_TYPE] by the hub's document key; its digest is SHA-256 of those payload bytes. A
/// device takes a manifest only for itself, and only with a higher (epoch, revision) than it holds.
///
/// @param issuedMillis hub wall clock when this revision was made; raises the device's time floor
/// @param requires features the device must have, else it refuses with a reason
public record DesiredManifest(
    DeviceId device,
    History history,
    long revision,
    long issuedMillis,
    List<String> requires,
    List<SectionRef> sections) {
  public static final String PAYLOAD_TYPE = "application/vnd.tombolo.desired.v1+json";

  public DesiredManifest {
    requires = List.copyOf(requires);
    sections = List.copyOf(sections);
  }

  /// A section by name and content.
  public record SectionRef(String name, Digest digest) {}
}
