package dev.tombolo.hub.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.bc.BcX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes certificates with one issuer key (RFC 5280). One per thread: it keeps a signature object.
final class Issuer {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final X500Name name;
  private final SubjectPublicKeyInfo key;
  private final ContentSigner signer;

  Issuer(X500Name name, PublicKey publicKey, PrivateKey privateKey) {
    this.name = name;
    this.key = SubjectPublicKeyInfo.getInstance(publicKey.getEncoded());
    try {
      this.signer = new JcaContentSignerBuilder("SHA256withECDSA").build(privateKey);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every Java platform signs with ECDSA", e);
    }
  }

  /// What a certificate shall say.
  record Wanted(
      X500Name subject,
      byte[] spki,
      BigInteger serial,
      Instant notBefore,
      Instant notAfter,
      List<Wanted.Extra> extensions) {
    Wanted {
      extensions = List.copyOf(extensions);
    }

    record Extra(ASN1ObjectIdentifier id, boolean critical, ASN1Encodable value) {}
  }

  X509CertificateHolder issue(Wanted wanted) {
    SubjectPublicKeyInfo subjectKey = SubjectPublicKeyInfo.getInstance(wanted.spki());
    BcX509ExtensionUtils digests = new BcX509ExtensionUtils();
    try {
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
                  name,
                  wanted.serial(),
                  Date.from(wanted.notBefore()),
                  Date.from(wanted.notAfter()),
                  wanted.subject(),
                  subjectKey)
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  digests.createSubjectKeyIdentifier(subjectKey))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  digests.createAuthorityKeyIdentifier(key));
      for (Wanted.Extra extra : wanted.extensions()) {
        builder.addExtension(extra.id(), extra.critical(), extra.value());
      }
      return builder.build(signer);
    } catch (IOException e) {
      throw new IllegalArgumentException("an extension that cannot be encoded", e);
    }
  }

  static List<Wanted.Extra> ofCa() {
    return List.of(
        // Without a bound on the path: a root also signs its successor.
        new Wanted.Extra(Extension.basicConstraints, true, new BasicConstraints(true)),
        new Wanted.Extra(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)));
  }

  static List<Wanted.Extra> ofLeaf(Wanted.Extra... more) {
    List<Wanted.Extra> all = new ArrayList<>();
    all.add(new Wanted.Extra(Extension.basicConstraints, true, new BasicConstraints(false)));
    all.add(new Wanted.Extra(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature)));
    all.addAll(List.of(more));
    return all;
  }

  static X509Certificate parsed(X509CertificateHolder holder) throws GeneralSecurityException {
    return new JcaX509CertificateConverter().getCertificate(holder);
  }

  static KeyPair newP256() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  /// Positive, 120 bits, never the same twice.
  static BigInteger newSerial() {
    return new BigInteger(119, RANDOM).setBit(119);
  }
}
