package dev.tombolo.protocol;

import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.fuzz.Contract;
import dev.tombolo.protocol.fuzz.FuzzTarget;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Pem;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/// Certificates and keys that others made.
final class CertificateTargets {
  private CertificateTargets() {}

  static X509Certificate ca() throws MalformedException {
    return DocumentCertificate.certificate(GoldenFiles.resource("/trust/ca.pem"));
  }

  /// PEM as the hub sends it with a desired document.
  record Text() implements FuzzTarget {
    @Override
    public String name() {
      return "certificate-pem";
    }

    @Override
    public List<byte[]> seeds() {
      return List.of(
              "document.pem", "ca.pem", "device.pem", "server.pem", "document-of-other-ca.pem")
          .stream()
          .map(name -> GoldenFiles.resource("/trust/" + name).getBytes(StandardCharsets.US_ASCII))
          .toList();
    }

    @Override
    public List<String> words() {
      return List.of(
          "-----BEGIN CERTIFICATE-----",
          "-----END CERTIFICATE-----",
          "-----BEGIN ",
          "\n\n",
          "=",
          "====");
    }

    @Override
    public String run(byte[] input) throws MalformedException {
      String pem = new String(input, StandardCharsets.UTF_8);
      try {
        Contract.same("EdDSA", DocumentCertificate.read(pem, List.of(ca())).getAlgorithm());
        return "taken";
      } catch (MalformedException e) {
        return Contract.refused(e.getMessage());
      }
    }
  }

  /// DER, in all the readers of certificates and keys.
  record Bytes() implements FuzzTarget {
    @Override
    public String name() {
      return "certificate-der";
    }

    @Override
    public List<byte[]> seeds() throws MalformedException {
      return List.of(
          Pem.read("CERTIFICATE", GoldenFiles.resource("/trust/document.pem")),
          Pem.read("CERTIFICATE", GoldenFiles.resource("/trust/ca.pem")),
          Pem.read("CERTIFICATE", GoldenFiles.resource("/trust/device.pem")),
          Pem.read("CERTIFICATE", GoldenFiles.resource("/trust/server.pem")),
          GoldenFiles.PUBLISHER.getPublic().getEncoded(),
          GoldenFiles.PUBLISHER.getPrivate().getEncoded());
    }

    @Override
    public int bytesMax() {
      return 16 * 1024;
    }

    @Override
    public String run(byte[] input) throws MalformedException {
      return certificate(input)
          + "; "
          + publicKey(input)
          + "; "
          + privateKey(input)
          + "; "
          + pin(input);
    }

    private static String certificate(byte[] der) throws MalformedException {
      try {
        DocumentCertificate.read(Pem.write("CERTIFICATE", der), ca());
        return "taken";
      } catch (MalformedException e) {
        return Contract.refused(e.getMessage());
      }
    }

    private static String publicKey(byte[] der) {
      try {
        Contract.holds(
            Digest.isValid(Ed25519Keys.keyid(Ed25519Keys.readPublicDer(der))), "has an id");
        return "taken";
      } catch (MalformedException e) {
        return Contract.refused(e.getMessage());
      }
    }

    private static String privateKey(byte[] der) {
      try {
        Ed25519Keys.readPrivatePem(Pem.write("PRIVATE KEY", der));
        return "taken";
      } catch (MalformedException e) {
        return Contract.refused(e.getMessage());
      }
    }

    /// As TLS shows it: parsed by the JDK before.
    private static String pin(byte[] der) throws MalformedException {
      X509Certificate shown;
      try {
        shown =
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(der));
      } catch (GeneralSecurityException e) {
        return "no certificate";
      }
      return switch (SpkiPin.match(SpkiPin.of(ca()), List.of(shown, ca()))) {
        case SpkiPin.Matched(var root) -> {
          Contract.same(SpkiPin.of(ca()), SpkiPin.of(root));
          yield "taken";
        }
        case SpkiPin.Refused(var reason) -> SignedTargets.refused(reason);
      };
    }
  }
}
