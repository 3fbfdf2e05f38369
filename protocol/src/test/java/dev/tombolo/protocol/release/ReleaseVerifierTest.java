package dev.tombolo.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReleaseVerifierTest {
  private static final KeyPair KEY = GoldenFiles.PUBLISHER;

  @Test
  void theGoldenReleaseIsVerified() {
    assertThat(
            ReleaseVerifier.verify(GoldenFiles.golden("release-envelope.json"), GoldenFiles.ROOT))
        .isEqualTo(new ReleaseVerifier.Verified(GoldenFiles.RELEASE, GoldenFiles.RELEASE_DIGEST));
  }

  @Test
  void aStrangersReleaseIsRefused() {
    Envelope envelope = signed(Json.write(GoldenFiles.RELEASE), GoldenFiles.DOCUMENT);
    assertThat(refusal(envelope)).isInstanceOf(Reason.SignatureRefused.class);
  }

  @Test
  void anUnsignedReleaseIsRefused() {
    Envelope envelope = GoldenFiles.RELEASE_ENVELOPE;
    assertThat(refusal(new Envelope(envelope.payloadType(), envelope.payload(), List.of())))
        .isEqualTo(new Reason.SignatureRefused("it is not signed"));
  }

  @Test
  void aThresholdOfTwoNeedsTwo() {
    PublisherRoot two =
        new PublisherRoot(
            1,
            2,
            List.of(
                Ed25519Keys.describe(KEY.getPublic(), "a"),
                Ed25519Keys.describe(GoldenFiles.DOCUMENT.getPublic(), "b")));
    Envelope one = GoldenFiles.RELEASE_ENVELOPE;
    assertThat(ReleaseVerifier.verify(one, two)).isInstanceOf(ReleaseVerifier.Refused.class);
    KeyPair second = GoldenFiles.DOCUMENT;
    Envelope both = Dsse.cosign(one, second.getPrivate(), Ed25519Keys.keyid(second.getPublic()));
    assertThat(ReleaseVerifier.verify(both, two)).isInstanceOf(ReleaseVerifier.Verified.class);
  }

  @Test
  void wellSignedNonsenseIsRefused() {
    assertThat(refusal(signed("{}", KEY))).isInstanceOf(Reason.Malformed.class);
    String absolute =
        Json.write(GoldenFiles.RELEASE).replace("\"counter.jar\"", "\"/counter.jar\"");
    assertThat(refusal(signed(absolute, KEY))).isInstanceOf(Reason.PathRefused.class);
    String up = Json.write(GoldenFiles.RELEASE).replace("\"counter.jar\"", "\"../counter.jar\"");
    assertThat(refusal(signed(up, KEY))).isInstanceOf(Reason.PathRefused.class);
  }

  @Test
  void anEnvelopeThatCannotBeReadIsRefused() {
    for (String text : List.of("", "{}", "null", "{\"payloadType\":1}", "x".repeat(200_000))) {
      assertThat(ReleaseVerifier.verify(text, GoldenFiles.ROOT))
          .isInstanceOf(ReleaseVerifier.Refused.class);
    }
  }

  /// What is signed is what counts: spaces and unknown fields change the digest, not the meaning.
  @Test
  void theSignedBytesAreTaken() {
    String spaced = " " + Json.write(GoldenFiles.RELEASE).replaceFirst("\\{", "{ \"later\": 1, ");
    ReleaseVerifier.Outcome outcome = ReleaseVerifier.verify(signed(spaced, KEY), GoldenFiles.ROOT);
    assertThat(outcome)
        .isEqualTo(
            new ReleaseVerifier.Verified(
                GoldenFiles.RELEASE, dev.tombolo.protocol.id.Digest.ofText(spaced)));
  }

  /// Each byte of the envelope in turn becomes another: refused, or it says exactly the same.
  @Test
  void noAlteredByteChangesWhatIsVerified() {
    byte[] sound = GoldenFiles.golden("release-envelope.json").getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int at = 0; at < sound.length; at++) {
      byte[] altered = sound.clone();
      altered[at] = (byte) (new Random(at).nextInt(94) + 33);
      String text = new String(altered, StandardCharsets.UTF_8);
      switch (ReleaseVerifier.verify(text, GoldenFiles.ROOT)) {
        case ReleaseVerifier.Refused _ -> refused++;
        case ReleaseVerifier.Verified verified ->
            assertThat(verified)
                .isEqualTo(
                    new ReleaseVerifier.Verified(GoldenFiles.RELEASE, GoldenFiles.RELEASE_DIGEST));
      }
    }
    assertThat(refused).isGreaterThan(sound.length * 9 / 10);
  }

  private static Reason refusal(Envelope envelope) {
    ReleaseVerifier.Outcome outcome = ReleaseVerifier.verify(envelope, GoldenFiles.ROOT);
    assertThat(outcome).isInstanceOf(ReleaseVerifier.Refused.class);
    return ((ReleaseVerifier.Refused) outcome).reason();
  }

  private static Envelope signed(String payload, KeyPair key) {
    return Dsse.sign(
        ReleaseManifest.PAYLOAD_TYPE,
        payload,
        key.getPrivate(),
        Ed25519Keys.keyid(key.getPublic()));
  }
}
