package dev.tombolo.protocol.enrol;

import java.util.Map;

/// Body of `POST /v1/enroll`. The hub checks the CSR's self-signature and takes only its key.
///
/// @param token the whole join token text
/// @param csr PKCS#10 (RFC 2986), PEM
/// @param facts host, os, arch, agentVersion, serial; for people, never trusted
public record EnrolRequest(String token, String csr, Map<String, String> facts) {
  public EnrolRequest {
    facts = Map.copyOf(facts);
  }

  @Override
  public String toString() {
    return "EnrolRequest[token=***, facts=" + facts + "]";
  }
}
