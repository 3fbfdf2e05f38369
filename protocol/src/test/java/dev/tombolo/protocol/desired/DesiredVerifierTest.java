package dev.tombolo.protocol.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.desired.DesiredVerifier.Held;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.sign.Dsse;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.Envelope;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DesiredVerifierTest {
  private static final KeyPair KEY = GoldenFiles.DOCUMENT;
  private static final DeviceId SELF = GoldenFiles.DEVICE;
  private static final History HISTORY = new History(5, "h-a");
  private static final Held HELD = new Held(HISTORY, 10, Digest.ofText("held"));

  @Test
  void theFirstDocumentIsAccepted() {
    assertThat(verify(GoldenFiles.MANIFEST_ENVELOPE, null))
        .isEqualTo(new DesiredVerifier.Accepted(GoldenFiles.MANIFEST, GoldenFiles.MANIFEST_DIGEST));
  }

  @Test
  void onlyHigherRevisionsOfAHistoryAreAccepted() {
    assertThat(verify(manifest(HISTORY, 11), HELD)).isInstanceOf(DesiredVerifier.Accepted.class);
    assertThat(verify(manifest(HISTORY, 1000), HELD)).isInstanceOf(DesiredVerifier.Accepted.class);
    assertThat(refusal(manifest(HISTORY, 10), HELD))
        .isEqualTo(new Reason.DocumentStale(5, 10, 5, 10));
    assertThat(refusal(manifest(HISTORY, 9), HELD)).isInstanceOf(Reason.DocumentStale.class);
  }

  @Test
  void aHigherEpochBeginsItsRevisionsAnew() {
    assertThat(verify(manifest(new History(6, "h-b"), 1), HELD))
        .isInstanceOf(DesiredVerifier.Accepted.class);
  }

  @Test
  void theEpochNeverFalls() {
    assertThat(refusal(manifest(new History(4, "h-a"), 99), HELD))
        .isEqualTo(new Reason.DocumentStale(5, 10, 4, 99));
  }

  @Test
  void anotherHistoryOfTheSameEpochIsRefused() {
    assertThat(refusal(manifest(new History(5, "h-b"), 99), HELD))
        .isInstanceOf(Reason.DocumentStale.class);
  }

  @Test
  void theVeryDocumentHeldIsKnown() {
    DesiredManifest manifest = manifest(HISTORY, 10);
    Digest digest = Digest.ofText(Json.write(manifest));
    assertThat(verify(manifest, new Held(HISTORY, 10, digest)))
        .isEqualTo(new DesiredVerifier.AlreadyHeld(digest));
  }

  @Test
  void aDocumentForAnotherDeviceIsRefused() {
    DeviceId other = DeviceId.ofKey(new byte[] {1});
    assertThat(DesiredVerifier.verify(GoldenFiles.MANIFEST_ENVELOPE, KEY.getPublic(), other, null))
        .isEqualTo(
            new DesiredVerifier.Refused(
                new Reason.DocumentUntrusted("it is for " + SELF + ", not for this device")));
  }

  @Test
  void onlyTheDocumentKeyCounts() {
    Envelope forged = signed(Json.write(manifest(HISTORY, 11)), GoldenFiles.PUBLISHER);
    assertThat(verify(forged, HELD)).isInstanceOf(DesiredVerifier.Refused.class);
    Envelope release = GoldenFiles.RELEASE_ENVELOPE;
    assertThat(verify(release, HELD)).isInstanceOf(DesiredVerifier.Refused.class);
  }

  @Test
  void wellSignedNonsenseIsRefused() {
    assertThat(((DesiredVerifier.Refused) verify(signed("{}", KEY), null)).reason())
        .isInstanceOf(Reason.Malformed.class);
    DesiredManifest.SectionRef section =
        new DesiredManifest.SectionRef("place", Digest.ofText("place"));
    assertThat(refusal(sections(List.of(section, section)), null))
        .isInstanceOf(Reason.Malformed.class);
    List<DesiredManifest.SectionRef> many = new ArrayList<>();
    for (int i = 0; i < 65; i++) {
      many.add(new DesiredManifest.SectionRef("s" + i, Digest.ofText("s" + i)));
    }
    assertThat(refusal(sections(many), null))
        .isEqualTo(new Reason.LimitExceeded("SECTIONS_MAX", 64, 65));
  }

  @Test
  void missingFeaturesAreNamed() {
    assertThat(DesiredVerifier.missingFeatures(List.of("v1", "windows"), java.util.Set.of("v1")))
        .containsExactly("windows");
  }

  private static DesiredVerifier.Outcome verify(Envelope envelope, @Nullable Held held) {
    return DesiredVerifier.verify(envelope, KEY.getPublic(), SELF, held);
  }

  private static DesiredVerifier.Outcome verify(DesiredManifest manifest, @Nullable Held held) {
    return verify(signed(Json.write(manifest), KEY), held);
  }

  private static Reason refusal(DesiredManifest manifest, @Nullable Held held) {
    DesiredVerifier.Outcome outcome = verify(manifest, held);
    assertThat(outcome).isInstanceOf(DesiredVerifier.Refused.class);
    return ((DesiredVerifier.Refused) outcome).reason();
  }

  private static Envelope signed(String payload, KeyPair key) {
    return Dsse.sign(
        DesiredManifest.PAYLOAD_TYPE,
        payload,
        key.getPrivate(),
        Ed25519Keys.keyid(key.getPublic()));
  }

  private static DesiredManifest manifest(History history, long revision) {
    return new DesiredManifest(SELF, history, revision, 1, List.of(), List.of());
  }

  private static DesiredManifest sections(List<DesiredManifest.SectionRef> sections) {
    return new DesiredManifest(SELF, HISTORY, 1, 1, List.of(), sections);
  }
}
