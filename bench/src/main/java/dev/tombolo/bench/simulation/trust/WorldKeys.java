package dev.tombolo.bench.simulation.trust;

import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.Pem;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// The keys of simulated worlds, the same in each: the hub's and the publisher's, one set after
/// each rotation, and a stranger's whom nobody trusts.
///
/// @param hub in the order in which rotations bring them
/// @param publishers in the order in which rotations bring them
/// @param publisherPin what join tokens pin
public record WorldKeys(
    List<HubKeys> hub, List<PublisherKeys> publishers, Signer stranger, Digest publisherPin) {

  private static final String CA_NAME = "CN=simulated hub";
  private static final String DOCUMENT_NAME = "CN=Tombolo document key";
  private static final KeyPair CA = Ed25519Keys.ofSeed(seed(1));
  private static final KeyPair SECOND_CA = Ed25519Keys.ofSeed(seed(5));
  private static final KeyPair STRANGER = Ed25519Keys.ofSeed(seed(4));
  private static final List<KeyPair> DOCUMENTS =
      List.of(
          Ed25519Keys.ofSeed(seed(2)), Ed25519Keys.ofSeed(seed(6)), Ed25519Keys.ofSeed(seed(7)));
  private static final List<KeyPair> PUBLISHERS =
      List.of(
          Ed25519Keys.ofSeed(seed(3)), Ed25519Keys.ofSeed(seed(8)), Ed25519Keys.ofSeed(seed(9)));
  private static final WorldKeys TRUE = make(true);
  private static final WorldKeys CHEAP = make(false);

  public WorldKeys {
    hub = List.copyOf(hub);
    publishers = List.copyOf(publishers);
  }

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
    List<PublisherKeys> publishers = publishers(isTrue);
    return new WorldKeys(
        hub(isTrue), publishers, new Signer(STRANGER, isTrue), Digest.ofText(rootText(1)));
  }

  /// The document key is replaced, then the CA, then the document key again.
  private static List<HubKeys> hub(boolean isTrue) {
    String root = certificate(CA_NAME, CA, 1, CA, isTrue);
    String second = certificate(CA_NAME, SECOND_CA, 2, SECOND_CA, isTrue);
    String bridge = certificate(CA_NAME, SECOND_CA, 3, CA, isTrue);
    return List.of(
        hubKeys(root, DOCUMENTS.get(0), 10, CA, "", isTrue),
        hubKeys(root, DOCUMENTS.get(1), 11, CA, "", isTrue),
        hubKeys(second, DOCUMENTS.get(1), 12, SECOND_CA, bridge, isTrue),
        hubKeys(second, DOCUMENTS.get(2), 13, SECOND_CA, bridge, isTrue));
  }

  private static HubKeys hubKeys(
      String rootPem, KeyPair document, long serial, KeyPair by, String bridges, boolean isTrue) {
    return HubKeys.of(
        rootPem,
        certificate(DOCUMENT_NAME, document, serial, by, isTrue) + bridges,
        Ed25519Keys.keyid(document.getPublic()),
        new Signer(document, isTrue));
  }

  private static ContentSigner trueSigner(KeyPair by) throws OperatorCreationException {
    return new JcaContentSignerBuilder("Ed25519").build(by.getPrivate());
  }

  private static List<PublisherKeys> publishers(boolean isTrue) {
    List<PublisherKeys> all = new ArrayList<>();
    for (int i = 0; i < PUBLISHERS.size(); i++) {
      Signer signer = new Signer(PUBLISHERS.get(i), isTrue);
      String text = rootText(i + 1);
      Envelope root = signer.sign(PublisherRoot.PAYLOAD_TYPE, text);
      if (i > 0) {
        Envelope before = all.get(i - 1).signer().sign(PublisherRoot.PAYLOAD_TYPE, text);
        List<Envelope.Signature> both = new ArrayList<>(root.signatures());
        both.addAll(before.signatures());
        root = new Envelope(root.payloadType(), root.payload(), both);
      }
      all.add(new PublisherKeys(signer, root));
    }
    return all;
  }

  /// The new key beside those before it, whose releases stay good.
  private static String rootText(int version) {
    List<PublisherRoot.Key> keys = new ArrayList<>();
    for (KeyPair key : PUBLISHERS.subList(0, version)) {
      keys.add(Ed25519Keys.describe(key.getPublic(), "ada-" + keys.size()));
    }
    return Json.write(new PublisherRoot(version, 1, keys));
  }

  private static String certificate(
      String subject, KeyPair key, long serial, KeyPair by, boolean isTrue) {
    Date begin = new Date(VirtualTime.BEGIN_MILLIS - 400 * VirtualTime.DAY);
    Date end = new Date(VirtualTime.BEGIN_MILLIS + 9_000 * VirtualTime.DAY);
    try {
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              new X500Name(CA_NAME),
              BigInteger.valueOf(serial),
              begin,
              end,
              new X500Name(subject),
              SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
      if (subject.equals(CA_NAME)) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      byte[] der = builder.build(isTrue ? trueSigner(by) : new CheapContentSigner(by)).getEncoded();
      return Pem.write("CERTIFICATE", der);
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("every Java platform since 15 has Ed25519", e);
    }
  }
}
