package dev.tombolo.hub.x509;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/// Textual encoding of keys and certificates (RFC 7468).
final class Pem {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  static String write(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  static String certificate(X509Certificate certificate) {
    try {
      return write("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a parsed certificate has its encoding", e);
    }
  }

  static String privateKey(PrivateKey key) {
    return write("PRIVATE KEY", key.getEncoded());
  }

  /// The first block with this label.
  ///
  /// @throws IllegalArgumentException when there is none, or it is not base64
  static byte[] read(String label, String text) {
    String begin = "-----BEGIN " + label + "-----";
    int from = text.indexOf(begin);
    int to = text.indexOf("-----END " + label + "-----", Math.max(from, 0));
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException("no PEM block '" + label + "'");
    }
    return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
  }

  static PrivateKey readPrivateKey(String algorithm, String text) throws GeneralSecurityException {
    return KeyFactory.getInstance(algorithm)
        .generatePrivate(new PKCS8EncodedKeySpec(read("PRIVATE KEY", text)));
  }

  static String certificates(List<X509Certificate> certificates) {
    return certificates.stream().map(Pem::certificate).collect(Collectors.joining());
  }

  static String privateKeys(List<PrivateKey> keys) {
    return keys.stream().map(Pem::privateKey).collect(Collectors.joining());
  }

  /// Every private key of the text, in order.
  static List<PrivateKey> readPrivateKeys(String algorithm, String text)
      throws GeneralSecurityException {
    List<PrivateKey> keys = new ArrayList<>();
    String end = "-----END PRIVATE KEY-----";
    for (int at = 0; text.indexOf(end, at) >= 0; at = text.indexOf(end, at) + end.length()) {
      keys.add(readPrivateKey(algorithm, text.substring(at)));
    }
    return keys;
  }

  /// Every certificate of the text, in order.
  static List<X509Certificate> readCertificates(String text) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(text.getBytes(US_ASCII)))
        .stream()
        .map(X509Certificate.class::cast)
        .toList();
  }
}
