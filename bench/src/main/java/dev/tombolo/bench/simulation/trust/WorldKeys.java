package dev.tombolo.bench.simulation.trust;

import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.Pem;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The keys of simulated worlds, the same in each: the hub's CA and document key, the publisher's,
/// and a stranger's whom nobody trusts.
///
/// @param documentPem certificate of the document key
/// @param documentKeyId as the hub's settings and births name it
/// @param publisherPin what join tokens pin
public record WorldKeys(
    X509Certificate root,
    String documentPem,
    String documentKeyId,
    Signer document,
    Signer publisher,
    Signer stranger,
    Envelope publisherRoot,
    Digest publisherPin) {

  private static final KeyPair CA = Ed25519Keys.ofSeed(seed(1));
  private static final KeyPair DOCUMENT = Ed25519Keys.ofSeed(seed(2));
  private static final KeyPair PUBLISHER = Ed25519Keys.ofSeed(seed(3));
  private static final KeyPair STRANGER = Ed25519Keys.ofSeed(seed(4));
  private static final WorldKeys TRUE = make(true);
  private static final WorldKeys CHEAP = make(false);

  /// @param isTrue false for signatures that cost a hash
  public static WorldKeys of(boolean isTrue) {
    return isTrue ? TRUE : CHEAP;
  }

  private static byte[] seed(int number) {
    byte[] seed = new byte[32];
    seed[0] = (byte) number;
    return seed;
  }

  private static WorldKeys make(boolean isTrue) {
    CheapEd25519.install();
    try {
      String rootPem = certificate("CN=simulated hub", CA, 1);
      String documentPem = certificate("CN=Tombolo document key", DOCUMENT, 2);
      Signer publisher = new Signer(PUBLISHER, isTrue);
      PublisherRoot root =
          new PublisherRoot(1, 1, List.of(Ed25519Keys.describe(PUBLISHER.getPublic(), "ada")));
      String payload = Json.write(root);
      return new WorldKeys(
          DocumentCertificate.certificate(rootPem),
          documentPem,
          Ed25519Keys.keyid(DOCUMENT.getPublic()),
          new Signer(DOCUMENT, isTrue),
          publisher,
          new Signer(STRANGER, isTrue),
          publisher.sign(PublisherRoot.PAYLOAD_TYPE, payload),
          Digest.ofText(payload));
    } catch (OperatorCreationException | IOException | MalformedException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }

  private static String certificate(String subject, KeyPair key, long serial)
      throws OperatorCreationException, IOException {
    Date begin = new Date(VirtualTime.BEGIN_MILLIS - 400 * VirtualTime.DAY);
    Date end = new Date(VirtualTime.BEGIN_MILLIS + 9_000 * VirtualTime.DAY);
    byte[] der =
        new X509v3CertificateBuilder(
                new X500Name("CN=simulated hub"),
                BigInteger.valueOf(serial),
                begin,
                end,
                new X500Name(subject),
                SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()))
            .build(new JcaContentSignerBuilder("Ed25519").build(CA.getPrivate()))
            .getEncoded();
    return Pem.write("CERTIFICATE", der);
  }
}
