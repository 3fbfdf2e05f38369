package dev.tombolo.protocol.enrol;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import java.util.List;

/// 200 of `POST /v1/enroll`. The same token and key within 24 h get the same answer.
///
/// @param certificate PEM, leaf first, then the CA root
/// @param documentCertificate PEM of the key that signs desired documents
/// @param links where to connect for MQTT, best first: `wss://host:port/mqtt`, `mqtts://host:port`
/// @param https base URL for downloads, renewal, recovery: `https://host:port`
public record EnrolResponse(
    DeviceId device,
    Name fleet,
    Name site,
    Name slot,
    String certificate,
    String documentCertificate,
    History history,
    List<String> links,
    String https) {
  public EnrolResponse {
    links = List.copyOf(links);
  }
}
