package dev.tombolo.hub.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.core.CsrCheck;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.IssuedCertificate;
import dev.tombolo.hub.core.RequestedKey;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.DocumentCertificate;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.SpkiPin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static final Duration BUDGET = Duration.ofDays(800);

  @TempDir Path folder;

  @Test
  void sameAuthorityComesBackAfterARestart() throws Exception {
    CertificateAuthority first = CertificateAuthority.open(folder, NOW);
    DocumentKey key = first.documentKey(NOW);

    CertificateAuthority again = CertificateAuthority.open(folder, NOW.plus(Duration.ofDays(1)));

    assertThat(again.root()).isEqualTo(first.root());
    assertThat(again.documentKey(NOW).keyId()).isEqualTo(key.keyId());
    assertThat(again.rootKeyDigest())
        .isEqualTo(Digest.of(first.root().getPublicKey().getEncoded()));
    assertThat(first.root().getSubjectX500Principal().getName())
        .isEqualTo("CN=Tombolo hub CA " + first.rootKeyDigest().hex().substring(0, 8));
  }

  /// It would have run out when the clock is right, and be of no use ever.
  @Test
  void noAuthorityIsMadeByAClockThatCannotBeRight() {
    assertThatThrownBy(
            () -> CertificateAuthority.open(folder, Instant.parse("2000-01-01T00:00:10Z")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2000-01-01")
        .hasMessageContaining("Set the clock");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void devicesThatMissedRotationsAreLedToTheNewestRoot() throws Exception {
    CertificateAuthority first = CertificateAuthority.open(folder, NOW);
    String documentKey = first.documentKey(NOW).keyId();
    first.serverIdentity(List.of("localhost"), NOW);
    CertificateAuthority second = rotated(NOW.plus(Duration.ofDays(100)));
    CertificateAuthority third = rotated(NOW.plus(Duration.ofDays(200)));

    X509Certificate[] chain = third.serverIdentity(List.of("localhost"), NOW).chain();
    for (CertificateAuthority known : List.of(first, second, third)) {
      assertThat(SpkiPin.match(known.rootKeyDigest(), List.of(chain)))
          .isInstanceOf(SpkiPin.Matched.class);
      assertThat(DocumentCertificate.read(third.documentKey(NOW).pem(), known.root()))
          .isEqualTo(third.documentKey(NOW).certificate().getPublicKey());
    }
    assertThat(third.documentKey(NOW).keyId()).isEqualTo(documentKey);
    assertThat(third.roots()).containsExactly(third.root(), second.root(), first.root());
    assertThat(CertificateAuthority.open(folder, NOW).roots()).isEqualTo(third.roots());
  }

  @Test
  void aRootOutOfServiceForLongerThanTheBudgetIsDropped() throws Exception {
    CertificateAuthority first = CertificateAuthority.open(folder, NOW);
    rotated(NOW);
    CertificateAuthority third = rotated(NOW.plus(BUDGET).plusSeconds(3_600));

    X509Certificate[] chain = third.serverIdentity(List.of("localhost"), NOW).chain();
    assertThat(SpkiPin.match(first.rootKeyDigest(), List.of(chain)))
        .isInstanceOf(SpkiPin.Refused.class);
    assertThat(third.roots()).hasSize(2);
  }

  @Test
  void moreRotationsThanDevicesCanFollowAreRefused() throws Exception {
    CertificateAuthority.open(folder, NOW);
    for (int i = 1; i <= 3; i++) {
      rotated(NOW.plus(Duration.ofDays(i)));
    }

    assertThatThrownBy(() -> rotated(NOW.plus(Duration.ofDays(4))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("offline budget");
    assertThat(CertificateAuthority.open(folder, NOW).roots()).hasSize(4);
  }

  @Test
  void aRotationThatWasCutOffIsFinishedOrHasNotHappened() throws Exception {
    CertificateAuthority first = CertificateAuthority.open(folder, NOW);
    String root = Files.readString(folder.resolve("root.pem"));
    String key = Files.readString(folder.resolve("root-key.pem"));
    CertificateAuthority second = rotated(NOW);
    String newRoot = Files.readString(folder.resolve("root.pem"));
    String newKey = Files.readString(folder.resolve("root-key.pem"));

    Files.writeString(folder.resolve("root.pem"), root);
    Files.writeString(folder.resolve("root-key.pem"), key);
    assertThat(CertificateAuthority.open(folder, NOW).roots()).containsExactly(first.root());

    Files.writeString(folder.resolve("root.new.pem"), newRoot);
    Files.writeString(folder.resolve("root-key.pem"), newKey);
    assertThat(CertificateAuthority.open(folder, NOW).roots())
        .containsExactly(second.root(), first.root());
  }

  @Test
  void aNewDocumentKeyIsCertifiedByTheSameRoot() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    String before = authority.documentKey(NOW).keyId();

    DocumentKey next = authority.newDocumentKey(NOW);

    assertThat(next.keyId()).isNotEqualTo(before);
    assertThat(CertificateAuthority.open(folder, NOW).documentKey(NOW).keyId())
        .isEqualTo(next.keyId());
    assertThat(DocumentCertificate.read(next.pem(), authority.root()))
        .isEqualTo(next.certificate().getPublicKey());
  }

  @Test
  void aDocumentKeyWithoutItsCertificateIsReplaced() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    authority.documentKey(NOW);
    String certificate = Files.readString(folder.resolve("document.pem"));
    authority.newDocumentKey(NOW);
    // Cut off between the two.
    Files.writeString(folder.resolve("document.pem"), certificate);

    DocumentKey key = CertificateAuthority.open(folder, NOW).documentKey(NOW);

    assertThat(KeyMatch.pairs("Ed25519", key.certificate(), key.key())).isTrue();
    assertThat(CertificateAuthority.open(folder, NOW).documentKey(NOW).keyId())
        .isEqualTo(key.keyId());
  }

  private CertificateAuthority rotated(Instant when) throws IOException {
    return CertificateAuthority.rotate(folder, when, BUDGET);
  }

  @Test
  void everyFileIsForItsOwnerOnly() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder.resolve("ca"), NOW);
    authority.serverIdentity(List.of("localhost"), NOW);
    authority.documentKey(NOW);
    authority.revocationList().write(Set.of("1f"), NOW);

    try (Stream<Path> files = Files.list(folder.resolve("ca"))) {
      assertThat(files)
          .hasSize(7)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void rootWithoutItsKeyIsNotReplaced() throws Exception {
    CertificateAuthority.open(folder, NOW);
    Files.delete(folder.resolve("root-key.pem"));

    assertThatThrownBy(() -> CertificateAuthority.open(folder, NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("root-key.pem");
  }

  @Test
  void damagedFileIsNamed() throws Exception {
    CertificateAuthority.open(folder, NOW);
    Files.writeString(folder.resolve("root-key.pem"), "rubbish");

    assertThatThrownBy(() -> CertificateAuthority.open(folder, NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void serverCertificateIsIssuedAnewForOtherNamesOrNearItsEnd() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    ServerIdentity first = authority.serverIdentity(List.of("hub.example", "::1"), NOW);

    ServerIdentity same = authority.serverIdentity(List.of("0:0:0:0:0:0:0:1", "HUB.example"), NOW);
    ServerIdentity late =
        authority.serverIdentity(List.of("hub.example", "::1"), NOW.plus(Duration.ofDays(350)));
    ServerIdentity other = authority.serverIdentity(List.of("hub2.example"), NOW);

    assertThat(same.leaf()).isEqualTo(first.leaf());
    assertThat(late.leaf()).isNotEqualTo(first.leaf());
    assertThat(other.leaf().getSubjectAlternativeNames()).hasSize(1);
    other.leaf().verify(authority.root().getPublicKey());
    assertThat(other.leaf().getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
  }

  @Test
  void requestForMastersStillGetsADeviceCertificate() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    KeyPair pair = p256();
    CsrCheck.Outcome outcome =
        new CertificateRequests().check(request(pair, pair, "O=system:masters,CN=admin"));
    RequestedKey key = ((CsrCheck.Outcome.Good) outcome).key();
    DeviceId device = DeviceId.ofKey(key.spkiDer());

    IssuedCertificate issued =
        authority.issueForDevice(
            device, key.spkiDer(), "00af", NOW.toEpochMilli(), NOW.plusSeconds(60).toEpochMilli());

    X509Certificate certificate = Pem.readCertificates(issued.pem()).getFirst();
    assertThat(certificate.getSubjectX500Principal().getName())
        .isEqualTo("CN=" + device + ",O=tombolo-device");
    assertThat(certificate.getSerialNumber().toString(16)).isEqualTo("af");
    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getNotAfter()).isEqualTo(java.util.Date.from(NOW.plusSeconds(60)));
    certificate.verify(authority.root().getPublicKey());
    assertThat(Pem.readCertificates(issued.pem()).getLast()).isEqualTo(authority.root());
  }

  @Test
  void requestsThatProveNothingAreRefused() throws Exception {
    KeyPair pair = p256();
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    KeyPair large = p384.generateKeyPair();
    CertificateRequests requests = new CertificateRequests();

    assertThat(requests.check(request(pair, p256(), "CN=x")))
        .isInstanceOf(CsrCheck.Outcome.Bad.class);
    assertThat(requests.check(request(large, large, "CN=x")))
        .isInstanceOf(CsrCheck.Outcome.Bad.class);
    assertThat(requests.check("")).isInstanceOf(CsrCheck.Outcome.Bad.class);
    assertThat(
            requests.check(
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"))
        .isInstanceOf(CsrCheck.Outcome.Bad.class);
  }

  @Test
  void revocationListIsSignedAndNamesTheSerials() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    RevocationList list = authority.revocationList();
    list.write(Set.of(), NOW);

    list.write(Set.of("1f", "a0"), NOW);

    X509CRL crl =
        (X509CRL)
            CertificateFactory.getInstance("X.509").generateCRL(Files.newInputStream(list.file()));
    crl.verify(authority.root().getPublicKey());
    assertThat(crl.getRevokedCertificates())
        .extracting(entry -> entry.getSerialNumber().toString(16))
        .containsExactlyInAnyOrder("1f", "a0");
  }

  @Test
  void workersSignWhatAnyEd25519Verifies() throws Exception {
    CertificateAuthority authority = CertificateAuthority.open(folder, NOW);
    DocumentKey key = authority.documentKey(NOW);
    BlockingQueue<HubEvent> events = new LinkedBlockingQueue<>();
    byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
    DeviceId device = DeviceId.ofKey(p256().getPublic().getEncoded());
    try (SignatureWorkers workers = SignatureWorkers.start(authority, key, events::offer, 2)) {
      workers.sign(new HubEffect.SignDocument(device, 7, payload));

      HubEvent.DocumentSigned signed = (HubEvent.DocumentSigned) events.poll(2, TimeUnit.MINUTES);

      assertThat(signed.revision()).isEqualTo(7);
      assertThat(signed.envelope().signatures().getFirst().keyid()).isEqualTo(key.keyId());
      Signature jdk = Signature.getInstance("Ed25519");
      jdk.initVerify(key.certificate().getPublicKey());
      jdk.update(Dsse.pae(DesiredManifest.PAYLOAD_TYPE, payload));
      assertThat(
              jdk.verify(
                  Base64.getDecoder().decode(signed.envelope().signatures().getFirst().sig())))
          .isTrue();
    }
  }

  private static KeyPair p256() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static String request(KeyPair key, KeyPair signer, String subject) throws Exception {
    return Pem.write(
        "CERTIFICATE REQUEST",
        new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), key.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()))
            .getEncoded());
  }
}
