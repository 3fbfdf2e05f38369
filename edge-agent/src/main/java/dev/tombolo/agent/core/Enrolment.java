package dev.tombolo.agent.core;

import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import java.util.List;

/// What the device learnt when it joined, and the trust it pinned then.
///
/// @param rootKey SHA-256 of the SubjectPublicKeyInfo of the hub's CA root, from the join token
/// @param publisherRoot digest of the first publisher root's payload, from the join token
/// @param documentCertificate PEM, as given at the enrolment
/// @param history the hub's then, or that of the newest epoch a document in force has had since
/// @param incarnation random id of this device's outbox
public record Enrolment(
    DeviceId device,
    Name fleet,
    Name site,
    Name slot,
    Digest rootKey,
    Digest publisherRoot,
    String documentCertificate,
    History history,
    List<String> links,
    String https,
    String incarnation) {
  public Enrolment {
    links = List.copyOf(links);
  }
}
