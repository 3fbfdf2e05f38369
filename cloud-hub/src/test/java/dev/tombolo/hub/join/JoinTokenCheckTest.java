package dev.tombolo.hub.join;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.join.JoinTokenCheck.Verdict;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.TokenSecret;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinTokenCheckTest {
  private static final long NOW = 1_000_000_000L;
  private static final TokenSecret SECRET = new TokenSecret(new byte[TokenSecret.BYTES]);
  private static final Digest KEY = Digest.ofText("key");
  private static final Digest OTHER_KEY = Digest.ofText("other key");

  @Test
  void aGoodTokenIsGranted() {
    assertThat(check(record(1, NOW + 1), List.of())).isEqualTo(new Verdict.Granted());
  }

  @Test
  void theSameKeyMayPresentItsTokenAgainForADay() {
    TokenUse use = use(KEY, NOW);
    long window = Limits.TOKEN_REPEAT_WINDOW.toMillis();

    assertThat(check(record(1, NOW), List.of(use), NOW + window - 1))
        .isEqualTo(new Verdict.Repeated(use));
    assertThat(reason(check(record(1, NOW), List.of(use), NOW + window)))
        .isInstanceOf(Reason.TokenUsed.class);
  }

  @Test
  void anotherKeyOnAOneUseTokenIsAlarming() {
    assertThat(check(record(1, NOW + 1), List.of(use(OTHER_KEY, NOW))))
        .isEqualTo(new Verdict.Refused(new Reason.TokenOtherKey("id"), true));
  }

  @Test
  void aTokenOfManyUsesIsJustUsedUp() {
    assertThat(
            check(
                record(2, NOW + 1), List.of(use(OTHER_KEY, NOW), use(Digest.ofText("third"), NOW))))
        .isEqualTo(new Verdict.Refused(new Reason.TokenUsed("id", 2), false));
  }

  @Test
  void anExpiredTokenIsRefusedFromItsLastMillisecondOn() {
    assertThat(reason(check(record(1, NOW), List.of()))).isInstanceOf(Reason.TokenExpired.class);
    assertThat(check(record(1, NOW + 1), List.of())).isEqualTo(new Verdict.Granted());
  }

  @Test
  void aRevokedTokenIsRefusedAlsoToWhoUsedIt() {
    assertThat(reason(check(record(1, NOW + 1).revoked(NOW), List.of(use(KEY, NOW)))))
        .isInstanceOf(Reason.TokenRevoked.class);
  }

  @Test
  void aWrongSecretIsAnUnknownToken() {
    byte[] wrong = new byte[TokenSecret.BYTES];
    wrong[19] = 1;
    JoinToken presented = token(new TokenSecret(wrong));

    assertThat(reason(JoinTokenCheck.check(record(1, NOW + 1), List.of(), presented, KEY, NOW)))
        .isEqualTo(new Reason.TokenUnknown("id"));
    assertThat(reason(JoinTokenCheck.check(null, List.of(), presented, KEY, NOW)))
        .isEqualTo(new Reason.TokenUnknown("id"));
  }

  private static Verdict check(JoinTokenRecord record, List<TokenUse> uses) {
    return check(record, uses, NOW);
  }

  private static Verdict check(JoinTokenRecord record, List<TokenUse> uses, long now) {
    return JoinTokenCheck.check(record, uses, token(SECRET), KEY, now);
  }

  private static Reason reason(Verdict verdict) {
    if (verdict instanceof Verdict.Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("not refused: " + verdict);
  }

  private static JoinToken token(TokenSecret secret) {
    return new JoinToken("id", secret, Digest.ofText("r"), Digest.ofText("p"), 0, List.of());
  }

  private static JoinTokenRecord record(int uses, long expires) {
    return new JoinTokenRecord(
        "id", SECRET.hash(), new Name("fleet"), null, null, null, uses, 0, "user:a", expires, null);
  }

  private static TokenUse use(Digest key, long millis) {
    return new TokenUse("id", key, DeviceId.ofKey(key.bytes()), millis);
  }
}
