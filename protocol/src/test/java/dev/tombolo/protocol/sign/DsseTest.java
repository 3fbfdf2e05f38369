package dev.tombolo.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.Openssl;
import dev.tombolo.protocol.id.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DsseTest {
  private static final String TYPE = "application/example";
  private static final KeyPair ONE = key(1);
  private static final KeyPair TWO = key(2);
  private static final KeyPair STRANGER = key(3);
  private static final Map<String, PublicKey> TRUSTED =
      Map.of(id(ONE), ONE.getPublic(), id(TWO), TWO.getPublic());

  @TempDir Path folder;

  /// The worked example of the specification (secure-systems-lab/dsse, protocol.md). It signs by
  /// ECDSA, which only shows that the bytes to be signed are the same.
  @Test
  void encodesAsTheSpecificationSays() throws Exception {
    byte[] pae =
        Dsse.pae("http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8));
    assertThat(pae).asString().isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    ECPoint point =
        new ECPoint(
            new BigInteger(
                "46950820868899156662930047687818585632848591499744589407958293238635476079160"),
            new BigInteger(
                "5640078356564379163099075877009565129882514886557779369047442380624545832820"));
    PublicKey key =
        KeyFactory.getInstance("EC")
            .generatePublic(
                new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
    Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initVerify(key);
    signature.update(pae);
    byte[] signed =
        Base64.getDecoder()
            .decode(
                "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==");
    assertThat(signature.verify(signed)).isTrue();
  }

  @Test
  void lengthsCountBytesNotCharacters() {
    assertThat(Dsse.pae("é", "ø€".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("DSSEv1 2 é 5 ø€".getBytes(StandardCharsets.UTF_8));
    assertThat(Dsse.pae("", new byte[0])).asString().isEqualTo("DSSEv1 0  0 ");
  }

  @Test
  void verifiesWhatATrustedKeySigned() {
    Envelope envelope = Dsse.sign(TYPE, "hällo", ONE.getPrivate(), id(ONE));
    assertThat(verify(envelope, 1))
        .isEqualTo(new Dsse.Verified("hällo", Digest.ofText("hällo"), List.of(id(ONE))));
  }

  @Test
  void opensslVerifiesWhatWeSign() throws Exception {
    Envelope envelope = GoldenFiles.RELEASE_ENVELOPE;
    write("key.pem", Ed25519Keys.publicPem(GoldenFiles.PUBLISHER.getPublic()));
    byte[] payload = Base64.getDecoder().decode(envelope.payload());
    Files.write(folder.resolve("pae"), Dsse.pae(envelope.payloadType(), payload));
    Files.write(
        folder.resolve("sig"), Base64.getDecoder().decode(envelope.signatures().getFirst().sig()));
    assertThat(opensslVerifies()).isTrue();
    Files.write(folder.resolve("pae"), Dsse.pae(envelope.payloadType() + "x", payload));
    assertThat(opensslVerifies()).isFalse();
  }

  @Test
  void verifiesWhatOpensslSigned() throws Exception {
    Openssl openssl = new Openssl(folder);
    assertThat(openssl.run("genpkey", "-algorithm", "ed25519", "-out", "private.pem").exitCode())
        .isZero();
    KeyPair key = Ed25519Keys.readPrivatePem(Files.readString(folder.resolve("private.pem")));
    Files.write(folder.resolve("pae"), Dsse.pae(TYPE, "text".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            openssl
                .run(
                    "pkeyutl",
                    "-sign",
                    "-rawin",
                    "-inkey",
                    "private.pem",
                    "-in",
                    "pae",
                    "-out",
                    "sig")
                .exitCode())
        .isZero();
    String sig = Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("sig")));
    Envelope envelope =
        new Envelope(
            TYPE,
            Base64.getEncoder().encodeToString("text".getBytes(StandardCharsets.UTF_8)),
            List.of(new Envelope.Signature(id(key), sig)));
    assertThat(Dsse.verify(envelope, TYPE, 100, 1, Map.of(id(key), key.getPublic())))
        .isInstanceOf(Dsse.Verified.class);
  }

  @Test
  void aThresholdTakesThatManyDifferentKeys() {
    Envelope one = Dsse.sign(TYPE, "text", ONE.getPrivate(), id(ONE));
    assertThat(refusal(one, 2)).isEqualTo("1 of 2 needed signatures hold");
    Envelope.Signature signature = one.signatures().getFirst();
    Envelope twice = new Envelope(TYPE, one.payload(), List.of(signature, signature));
    assertThat(refusal(twice, 2)).isEqualTo("1 of 2 needed signatures hold");
    Envelope both = Dsse.cosign(one, TWO.getPrivate(), id(TWO));
    assertThat(verify(both, 2)).isInstanceOf(Dsse.Verified.class);
    assertThat(Dsse.cosign(both, TWO.getPrivate(), id(TWO))).isEqualTo(both);
    assertThat(refusal(both, 3)).isEqualTo("2 of 3 needed signatures hold");
    assertThat(refusal(both, 0)).contains("trusts nobody");
  }

  @Test
  void strangersCountNothing() {
    Envelope envelope = Dsse.sign(TYPE, "text", STRANGER.getPrivate(), id(STRANGER));
    assertThat(refusal(envelope, 1)).startsWith("no trusted key signed it");
    Envelope claimed = Dsse.sign(TYPE, "text", STRANGER.getPrivate(), id(ONE));
    assertThat(refusal(claimed, 1)).contains("altered after signing");
    assertThat(verify(Dsse.cosign(envelope, ONE.getPrivate(), id(ONE)), 1))
        .isInstanceOf(Dsse.Verified.class);
  }

  @Test
  void eachAlteredBitIsFound() {
    Envelope envelope = Dsse.sign(TYPE, "{\"a\":1}", ONE.getPrivate(), id(ONE));
    byte[] payload = Base64.getDecoder().decode(envelope.payload());
    for (int bit = 0; bit < payload.length * 8; bit++) {
      byte[] altered = payload.clone();
      altered[bit / 8] ^= (byte) (1 << bit % 8);
      Envelope forged =
          new Envelope(TYPE, Base64.getEncoder().encodeToString(altered), envelope.signatures());
      assertThat(verify(forged, 1)).isInstanceOf(Dsse.Refused.class);
    }
  }

  @Test
  void anotherTypeIsRefusedEvenWithASoundSignature() {
    Envelope envelope = Dsse.sign("application/other", "text", ONE.getPrivate(), id(ONE));
    assertThat(refusal(envelope, 1)).contains("signed as 'application/other'");
    Envelope renamed = new Envelope(TYPE, envelope.payload(), envelope.signatures());
    assertThat(refusal(renamed, 1)).contains("altered after signing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "!", "AAAA", "AA==", "====", "not base64"})
  void signaturesOfTheWrongFormAreWrong(String sig) {
    Envelope envelope = Dsse.sign(TYPE, "text", ONE.getPrivate(), id(ONE));
    Envelope broken =
        new Envelope(TYPE, envelope.payload(), List.of(new Envelope.Signature(id(ONE), sig)));
    assertThat(verify(broken, 1)).isInstanceOf(Dsse.Refused.class);
  }

  @Test
  void sizesAndCountsAreBounded() {
    Envelope large = Dsse.sign(TYPE, "x".repeat(101), ONE.getPrivate(), id(ONE));
    assertThat(refusal(large, 1)).isEqualTo("payload: larger than 100 bytes");
    Envelope.Signature signature = large.signatures().getFirst();
    Envelope many = new Envelope(TYPE, "", java.util.Collections.nCopies(17, signature));
    assertThat(refusal(many, 1)).contains("more than 16");
    assertThat(refusal(new Envelope(TYPE, "", List.of()), 1)).isEqualTo("it is not signed");
    assertThat(refusal(new Envelope(TYPE, "!", List.of(signature)), 1)).contains("base64");
    assertThat(refusal(new Envelope(TYPE, "/w==", List.of(signature)), 1)).contains("UTF-8");
  }

  private static Dsse.Outcome verify(Envelope envelope, int threshold) {
    return Dsse.verify(envelope, TYPE, 100, threshold, TRUSTED);
  }

  private static String refusal(Envelope envelope, int threshold) {
    Dsse.Outcome outcome = verify(envelope, threshold);
    assertThat(outcome).isInstanceOf(Dsse.Refused.class);
    return ((Dsse.Refused) outcome).reason().detail();
  }

  private boolean opensslVerifies() {
    return new Openssl(folder)
            .run(
                "pkeyutl",
                "-verify",
                "-rawin",
                "-pubin",
                "-inkey",
                "key.pem",
                "-in",
                "pae",
                "-sigfile",
                "sig")
            .exitCode()
        == 0;
  }

  private void write(String file, String text) throws Exception {
    Files.writeString(folder.resolve(file), text);
  }

  static KeyPair key(int seed) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) seed;
    return Ed25519Keys.ofSeed(bytes);
  }

  static String id(KeyPair key) {
    return Ed25519Keys.keyid(key.getPublic());
  }
}
