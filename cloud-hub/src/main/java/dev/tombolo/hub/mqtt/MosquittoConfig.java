package dev.tombolo.hub.mqtt;

import java.nio.file.Path;

/// A ready configuration of Mosquitto 2: mutual TLS with the hub's CA, each device held to its own
/// topics by its certificate's name, the hub allowed everything under `tombolo/v1/`.
///
/// @param port where it listens
/// @param ca PEM of the hub's root
/// @param revoked PEM of the revocation list that the hub keeps; Mosquitto reads it at its start
/// @param certificate PEM of the broker's own certificate, from the hub's CA: devices trust no
///   other
/// @param aclFile where [#accessList] is written to
/// @param hubName common name of the hub's client certificate
public record MosquittoConfig(
    int port, Path ca, Path revoked, Path certificate, Path key, Path aclFile, String hubName) {

  public String configuration() {
    return """
        # Mosquitto 2.0 or later, as the meeting place of Tombolo's hub and devices.
        # Run: mosquitto -c FILE. After a revocation, restart it: it reads the list at its start.
        per_listener_settings false
        listener %d
        cafile %s
        certfile %s
        keyfile %s
        crlfile %s
        tls_version tlsv1.3
        require_certificate true
        use_identity_as_username true
        allow_anonymous false
        acl_file %s
        max_packet_size 262400
        max_keepalive 120
        max_inflight_messages 1000
        max_queued_messages 10000
        persistence false
        """
        .formatted(port, ca, certificate, key, revoked, aclFile);
  }

  public String accessList() {
    return """
        # The hub, by its certificate's name.
        user %s
        topic readwrite tombolo/v1/#

        # Every device: its own topics, by its certificate's name.
        pattern read tombolo/v1/%%u/desired
        pattern read tombolo/v1/%%u/acked
        pattern read tombolo/v1/%%u/ask
        pattern write tombolo/v1/%%u/report
        pattern write tombolo/v1/%%u/answer
        pattern write tombolo/v1/%%u/presence
        pattern read tombolo/v1/hub
        """
        .formatted(hubName);
  }
}
