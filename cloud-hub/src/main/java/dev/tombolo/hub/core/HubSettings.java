package dev.tombolo.hub.core;

import java.util.List;

/// What the hub tells devices of itself and how much it keeps, fixed for one run.
///
/// @param links where devices connect for MQTT, best first: `wss://host:port/mqtt`
/// @param https base URL for downloads and renewal: `https://host:port`
/// @param documentKey key id of the key that signs desired documents
/// @param documentCertificate PEM, certified by the hub's CA
/// @param results how many of workloads' results are kept
/// @param events how much of what happened to devices is kept
/// @param trust how long certificates live, and how long a device may be away
public record HubSettings(
    List<String> links,
    String https,
    String documentKey,
    String documentCertificate,
    RowQuota results,
    RowQuota events,
    TrustSettings trust) {
  public HubSettings {
    links = List.copyOf(links);
  }
}
