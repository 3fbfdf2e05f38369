package dev.tombolo.agent.link;

/// From when to when a certificate is good, ms since 1970-01-01T00:00Z.
public record CertificateLife(long notBeforeMillis, long notAfterMillis) {
  long millis() {
    return notAfterMillis - notBeforeMillis;
  }
}
