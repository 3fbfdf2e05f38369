package dev.tombolo.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.Openssl;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
  private static final X509Certificate ROOT = certificate("ca");
  private static final X509Certificate OTHER_ROOT = certificate("other-ca");
  private static final X509Certificate SERVER = certificate("server");
  private static final X509Certificate DEVICE = certificate("device");
  private static final Digest PIN = SpkiPin.of(ROOT);

  @TempDir Path folder;

  @Test
  void opensslHashesTheSameKey() throws Exception {
    Files.writeString(folder.resolve("ca.pem"), GoldenFiles.resource("/trust/ca.pem"));
    Openssl openssl = new Openssl(folder);
    Files.writeString(
        folder.resolve("key.pem"),
        openssl.run("x509", "-in", "ca.pem", "-noout", "-pubkey").output());
    openssl.run("pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der");
    assertThat(Digest.of(Files.readAllBytes(folder.resolve("key.der")))).isEqualTo(PIN);
  }

  @Test
  void theGoldenTokenAndDeviceFitTheirCertificates() {
    assertThat(GoldenFiles.TOKEN.rootKey()).isEqualTo(PIN);
    assertThat(DeviceId.ofKey(DEVICE.getPublicKey().getEncoded())).isEqualTo(GoldenFiles.DEVICE);
  }

  @Test
  void aChainThatLeadsToThePinnedRootMatches() {
    assertThat(SpkiPin.match(PIN, List.of(SERVER, ROOT))).isEqualTo(new SpkiPin.Matched(ROOT));
  }

  @Test
  void aChainOfAnotherRootIsRefusedWithWhatItShowed() {
    assertThat(refusal(PIN, List.of(OTHER_ROOT))).isEqualTo(SpkiPin.of(OTHER_ROOT).text());
    assertThat(refusal(PIN, List.of(SERVER))).isEqualTo(SpkiPin.of(SERVER).text());
  }

  @Test
  void thePinnedRootBesideAStrangersLeafDoesNotMatch() {
    // OTHER_ROOT has the same name as ROOT, so that only the signature tells.
    X509Certificate foreign = certificate("document-of-other-ca");
    assertThat(refusal(PIN, List.of(foreign, ROOT))).contains("not signed by the next");
    assertThat(refusal(PIN, List.of(SERVER, OTHER_ROOT, ROOT))).contains("not signed by the next");
    assertThat(refusal(PIN, List.of(DEVICE, SERVER, ROOT))).contains("not signed by the next");
    assertThat(refusal(PIN, List.of())).contains("0 certificates");
    assertThat(refusal(PIN, java.util.Collections.nCopies(6, ROOT))).contains("6 certificates");
  }

  @Test
  void aPinOnTheLeafIsNotEnough() {
    assertThat(refusal(SpkiPin.of(SERVER), List.of(SERVER, ROOT))).contains("no CA");
  }

  @Test
  void theDocumentKeyIsReadFromItsCertificate() throws MalformedException {
    assertThat(DocumentCertificate.read(GoldenFiles.resource("/trust/document.pem"), ROOT))
        .isEqualTo(GoldenFiles.DOCUMENT.getPublic());
  }

  @Test
  void aDocumentKeyOfAnotherCaOrUseIsRefused() {
    refusedDocument("/trust/document-of-other-ca.pem", "not signed by the hub's CA");
    refusedDocument("/trust/device.pem", "not for signing documents");
    refusedDocument("/trust/ca.pem", "not for signing documents");
    assertThatThrownBy(() -> DocumentCertificate.read("", ROOT))
        .isInstanceOf(MalformedException.class);
    assertThatThrownBy(
            () -> DocumentCertificate.read(Pem.write("CERTIFICATE", new byte[] {1, 2}), ROOT))
        .isInstanceOf(MalformedException.class);
  }

  private static void refusedDocument(String resource, String why) {
    assertThatThrownBy(() -> DocumentCertificate.read(GoldenFiles.resource(resource), ROOT))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(why);
  }

  private static String refusal(Digest pin, List<X509Certificate> chain) {
    SpkiPin.Outcome outcome = SpkiPin.match(pin, chain);
    assertThat(outcome).isInstanceOf(SpkiPin.Refused.class);
    return ((SpkiPin.Refused) outcome).reason().got();
  }

  private static X509Certificate certificate(String name) {
    try {
      return DocumentCertificate.certificate(GoldenFiles.resource("/trust/" + name + ".pem"));
    } catch (MalformedException e) {
      throw new AssertionError(name, e);
    }
  }
}
