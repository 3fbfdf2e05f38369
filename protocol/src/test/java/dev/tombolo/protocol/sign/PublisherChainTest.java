package dev.tombolo.protocol.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.codec.Json;
import dev.tombolo.protocol.id.Digest;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PublisherChainTest {
  private static final KeyPair A = DsseTest.key(1);
  private static final KeyPair B = DsseTest.key(2);
  private static final KeyPair C = DsseTest.key(3);

  private static final PublisherRoot FIRST = root(1, 1, A);
  private static final PublisherRoot SECOND = root(2, 2, B, C);
  private static final Digest PIN = digest(FIRST);

  @Test
  void theFirstRootIsTrustedByItsPin() {
    assertThat(PublisherChain.verify(PIN, List.of(signed(FIRST, A))))
        .isEqualTo(new PublisherChain.Trusted(FIRST, PIN));
  }

  @Test
  void aLaterRootIsSignedByTheKeysBeforeItAndItsOwn() {
    assertThat(PublisherChain.verify(PIN, List.of(signed(FIRST, A), signed(SECOND, A, B, C))))
        .isEqualTo(new PublisherChain.Trusted(SECOND, digest(SECOND)));
    PublisherRoot third = root(3, 1, A);
    assertThat(
            PublisherChain.verify(
                PIN, List.of(signed(FIRST, A), signed(SECOND, A, B, C), signed(third, A, B, C))))
        .isEqualTo(new PublisherChain.Trusted(third, digest(third)));
  }

  @Test
  void theOldKeysMustAgree() {
    assertThat(refusal(PIN, signed(FIRST, A), signed(SECOND, B, C)))
        .contains("version 2: by the keys before it");
  }

  @Test
  void theNewKeysMustAgreeUpToTheirOwnThreshold() {
    assertThat(refusal(PIN, signed(FIRST, A), signed(SECOND, A, B)))
        .contains("version 2: by its own keys: 1 of 2");
    assertThat(refusal(PIN, signed(FIRST, A), signed(SECOND, A))).contains("by its own keys");
  }

  @Test
  void aRootBeforeLastHasNoSayAnyMore() {
    PublisherRoot third = root(3, 1, A);
    assertThat(refusal(PIN, signed(FIRST, A), signed(SECOND, A, B, C), signed(third, A)))
        .contains("version 3: by the keys before it");
  }

  @Test
  void anotherFirstRootIsRefused() {
    assertThat(refusal(PIN, signed(root(1, 1, B), B))).contains("not the one the join token pins");
    assertThat(refusal(PIN, signed(FIRST, B))).contains("version 1: by its own keys");
  }

  @Test
  void versionsHaveNoGapsAndNoRepeats() {
    assertThat(refusal(PIN)).contains("0 roots");
    assertThat(refusal(PIN, signed(FIRST, A), signed(FIRST, A)))
        .contains("version 1 stands in its place");
    assertThat(refusal(PIN, signed(FIRST, A), signed(root(3, 1, B), A, B)))
        .contains("version 3 stands in its place");
  }

  @Test
  void oneKeyUnderTwoIdsDoesNotMakeTwo() {
    PublisherRoot.Key honest = Ed25519Keys.describe(A.getPublic(), "a");
    PublisherRoot.Key alias =
        new PublisherRoot.Key(DsseTest.id(B), "ed25519", honest.publicKey(), "b");
    PublisherRoot forged = new PublisherRoot(1, 2, List.of(honest, alias));
    assertThat(refusal(digest(forged), signed(forged, A, B))).contains("does not fit its id");
    PublisherRoot twice = new PublisherRoot(1, 2, List.of(honest, honest));
    assertThat(refusal(digest(twice), signed(twice, A))).contains("twice");
  }

  @Test
  void thresholdsMustBePossible() {
    for (int threshold : new int[] {-1, 0, 2}) {
      PublisherRoot root = root(1, threshold, A);
      assertThat(refusal(digest(root), signed(root, A))).contains("threshold is " + threshold);
    }
    PublisherRoot none = new PublisherRoot(1, 1, List.of());
    assertThat(refusal(digest(none), signed(none, A))).contains("no keys");
  }

  @Test
  void aRootThatCannotBeReadIsRefused() {
    Envelope envelope =
        Dsse.sign(PublisherRoot.PAYLOAD_TYPE, "{\"version\":1}", A.getPrivate(), DsseTest.id(A));
    assertThat(refusal(PIN, envelope)).contains("$.threshold is missing");
  }

  private static String refusal(Digest pin, Envelope... chain) {
    PublisherChain.Outcome outcome = PublisherChain.verify(pin, List.of(chain));
    assertThat(outcome).isInstanceOf(PublisherChain.Refused.class);
    return ((PublisherChain.Refused) outcome).reason().detail();
  }

  private static PublisherRoot root(long version, int threshold, KeyPair... keys) {
    return new PublisherRoot(
        version,
        threshold,
        Arrays.stream(keys).map(key -> Ed25519Keys.describe(key.getPublic(), "key")).toList());
  }

  private static Envelope signed(PublisherRoot root, KeyPair... keys) {
    Envelope envelope =
        Dsse.sign(
            PublisherRoot.PAYLOAD_TYPE,
            Json.write(root),
            keys[0].getPrivate(),
            DsseTest.id(keys[0]));
    for (KeyPair key : keys) {
      envelope = Dsse.cosign(envelope, key.getPrivate(), DsseTest.id(key));
    }
    return envelope;
  }

  private static Digest digest(PublisherRoot root) {
    return Digest.ofText(Json.write(root));
  }
}
