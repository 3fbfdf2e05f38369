package dev.tombolo.bench.torture;

import dev.tombolo.protocol.Limits;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A device's certificate as if it had been issued weeks ago: same key, name and serial number,
/// signed by the hub's root, but so near its end that every agent renews it at once.
final class AgedCertificate {
  /// Within the days that an agent has to renew in, beyond all jitter.
  private static final Duration LEFT = Duration.ofDays(9);

  private AgedCertificate() {}

  /// Rewrites `identity/certificate.pem` of an agent that does not run.
  static void age(Path identity, Path hubCa) throws IOException {
    Path file = identity.resolve("certificate.pem");
    List<X509CertificateHolder> chain = chain(file);
    Instant end = Instant.now().plus(LEFT);
    try {
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key(hubCa));
      X509CertificateHolder young = chain.getFirst();
      var builder =
          new X509v3CertificateBuilder(
              young.getIssuer(),
              young.getSerialNumber(),
              Date.from(end.minus(Limits.CERTIFICATE_LIFE)),
              Date.from(end),
              young.getSubject(),
              young.getSubjectPublicKeyInfo());
      for (Object id : young.getExtensionOIDs()) {
        Extension extension = young.getExtension((org.bouncycastle.asn1.ASN1ObjectIdentifier) id);
        builder.addExtension(extension);
      }
      chain.set(0, builder.build(signer));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every Java platform signs with ECDSA", e);
    }
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      for (X509CertificateHolder certificate : chain) {
        pem.writeObject(certificate);
      }
    }
    Files.writeString(file, text.toString());
  }

  /// True until the agent holds the next one.
  static boolean isHeld(Path identity) throws IOException {
    Instant end = chain(identity.resolve("certificate.pem")).getFirst().getNotAfter().toInstant();
    return end.isBefore(Instant.now().plus(LEFT).plus(LEFT));
  }

  private static List<X509CertificateHolder> chain(Path file) throws IOException {
    List<X509CertificateHolder> chain = new ArrayList<>();
    try (PEMParser pem = new PEMParser(new StringReader(Files.readString(file)))) {
      for (Object found = pem.readObject(); found != null; found = pem.readObject()) {
        chain.add((X509CertificateHolder) found);
      }
    }
    return chain;
  }

  private static PrivateKey key(Path hubCa) throws IOException {
    String text = Files.readString(hubCa.resolve("root-key.pem"));
    try (PEMParser pem = new PEMParser(new StringReader(text))) {
      var converter = new JcaPEMKeyConverter();
      return switch (pem.readObject()) {
        case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
        case PrivateKeyInfo info -> converter.getPrivateKey(info);
        case null, default -> throw new IOException(hubCa + " has no root-key.pem to sign with");
      };
    }
  }
}
