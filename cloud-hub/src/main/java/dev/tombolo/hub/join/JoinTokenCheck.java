package dev.tombolo.hub.join;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.token.JoinToken;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether a token lets a key in.
public final class JoinTokenCheck {
  private JoinTokenCheck() {}

  /// The answer to a key that presents a token.
  public sealed interface Verdict {
    /// A use of the token is to be counted.
    record Granted() implements Verdict {}

    /// This key has used this token before, and not long ago: same answer, no second use.
    record Repeated(TokenUse use) implements Verdict {}

    /// @param isAlarming when somebody else seems to have the token
    record Refused(Reason reason, boolean isAlarming) implements Verdict {}
  }

  /// @param record what the hub kept of the token; null when it knows none of this id
  /// @param uses of this token so far
  /// @param key digest of the key that asks
  public static Verdict check(
      @Nullable JoinTokenRecord record,
      List<TokenUse> uses,
      JoinToken presented,
      Digest key,
      long nowMillis) {
    // The same answer for an unknown id and for a wrong secret tells a guesser nothing.
    if (record == null || !isSecretOf(record, presented)) {
      return refused(new Reason.TokenUnknown(presented.id()));
    }
    if (record.revokedMillis() != null) {
      return refused(new Reason.TokenRevoked(record.id()));
    }
    TokenUse before = useBy(key, uses);
    if (before != null && nowMillis - before.millis() < Limits.TOKEN_REPEAT_WINDOW.toMillis()) {
      return new Verdict.Repeated(before);
    }
    boolean isUsedUp = uses.size() >= record.uses();
    if (isUsedUp && record.uses() == 1 && before == null) {
      return new Verdict.Refused(new Reason.TokenOtherKey(record.id()), true);
    }
    if (isUsedUp || before != null) {
      return refused(new Reason.TokenUsed(record.id(), record.uses()));
    }
    if (nowMillis >= record.expiresMillis()) {
      return refused(new Reason.TokenExpired(record.id(), record.expiresMillis()));
    }
    return new Verdict.Granted();
  }

  private static Verdict refused(Reason reason) {
    return new Verdict.Refused(reason, false);
  }

  private static boolean isSecretOf(JoinTokenRecord record, JoinToken presented) {
    return MessageDigest.isEqual(record.secretHash().bytes(), presented.secret().hash().bytes());
  }

  private static @Nullable TokenUse useBy(Digest key, List<TokenUse> uses) {
    for (TokenUse use : uses) {
      if (use.key().equals(key)) {
        return use;
      }
    }
    return null;
  }
}
