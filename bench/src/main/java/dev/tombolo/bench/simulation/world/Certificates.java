package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.Base64;

/// Certificates and requests of simulated devices: their fields as text. Deciders carry them
/// unread; the real ones are the adapters' business.
final class Certificates {
  private static final String REQUEST = "simulated request ";
  private static final String CERTIFICATE = "simulated certificate ";

  private Certificates() {}

  /// What a device remembers of its certificate.
  record Held(String serial, CertificateLife life, String key) {}

  static String request(byte[] spki) {
    return REQUEST + Base64.getEncoder().encodeToString(spki);
  }

  static String requestOf(Held certificate) {
    return REQUEST + certificate.key();
  }

  static CsrCheck.Outcome check(String request) {
    if (!request.startsWith(REQUEST)) {
      return new CsrCheck.Outcome.Bad(new Reason.CsrInvalid("not a simulated request"));
    }
    return new CsrCheck.Outcome.Good(
        new RequestedKey(request.substring(REQUEST.length()), Digest.ofText(request)));
  }

  static String text(HubEffect.SignCertificate wanted) {
    return CERTIFICATE
        + wanted.serial()
        + " "
        + wanted.notBeforeMillis()
        + " "
        + wanted.notAfterMillis()
        + " "
        + wanted.key().spki();
  }

  static Held read(String text) {
    String[] words = text.substring(CERTIFICATE.length()).split(" ");
    CertificateLife life = new CertificateLife(Long.parseLong(words[1]), Long.parseLong(words[2]));
    return new Held(words[0], life, words[3]);
  }
}
