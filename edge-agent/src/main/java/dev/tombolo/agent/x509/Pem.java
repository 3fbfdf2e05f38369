package dev.tombolo.agent.x509;

import dev.tombolo.protocol.reason.Quoted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Textual encoding of keys and certificates (RFC 7468).
final class Pem {
  /// More certificates than this in one text are refused.
  private static final int CHAIN_MAX = 8;

  private Pem() {}

  static String write(String label, byte[] der) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
  }

  /// The content of every block of this label, in order.
  static List<byte[]> read(String label, String text) throws IOException {
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    List<byte[]> blocks = new ArrayList<>();
    int at = 0;
    while ((at = text.indexOf(begin, at)) >= 0) {
      int stop = text.indexOf(end, at);
      if (stop < 0) {
        throw new IOException("PEM block " + label + " has no end");
      }
      if (blocks.size() == CHAIN_MAX) {
        throw new IOException("more than " + CHAIN_MAX + " PEM blocks " + label);
      }
      try {
        blocks.add(Base64.getMimeDecoder().decode(text.substring(at + begin.length(), stop)));
      } catch (IllegalArgumentException e) {
        throw new IOException("PEM block " + label + " is not base64", e);
      }
      at = stop + end.length();
    }
    return blocks;
  }

  static List<X509Certificate> certificates(String text) throws IOException {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] der : read("CERTIFICATE", text)) {
        chain.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("not an X.509 certificate: " + Quoted.of("" + e.getMessage()), e);
    }
    if (chain.isEmpty()) {
      throw new IOException(
          "no certificate in " + text.getBytes(StandardCharsets.UTF_8).length + " bytes of PEM");
    }
    return chain;
  }

  static PrivateKey privateKey(String text) throws IOException {
    List<byte[]> blocks = read("PRIVATE KEY", text);
    if (blocks.size() != 1) {
      throw new IOException("expected one PRIVATE KEY, found " + blocks.size());
    }
    try {
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(blocks.getFirst()));
    } catch (GeneralSecurityException e) {
      throw new IOException("not an EC private key: " + Quoted.of("" + e.getMessage()), e);
    }
  }

  static String certificate(X509Certificate certificate) {
    try {
      return write("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a parsed certificate has its encoding", e);
    }
  }
}
