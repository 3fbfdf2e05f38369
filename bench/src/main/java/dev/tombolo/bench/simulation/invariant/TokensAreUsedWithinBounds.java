package dev.tombolo.bench.simulation.invariant;

import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.join.JoinTokenRecord;
import dev.tombolo.hub.join.TokenUse;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// I1: a token lets in no more keys than it has uses, none after its end, each key once; and nobody
/// once the hub was restored from a backup, which may not know how often it was used.
final class TokensAreUsedWithinBounds extends Invariant {
  private final Facts facts;
  private final Set<String> ofOlderHistories = new HashSet<>();

  TokensAreUsedWithinBounds(Facts facts) {
    super("I1");
    this.facts = facts;
  }

  @Override
  void hubCommitted(List<HubChange.Durable> changes, long nowMillis) {
    for (HubChange change : changes) {
      if (change instanceof HubChange.HistoryRestored) {
        ofOlderHistories.addAll(facts.hub.tokens.keySet());
      } else if (change instanceof HubChange.TokenUsed(var use)) {
        check(use);
      }
    }
  }

  private void check(TokenUse use) {
    JoinTokenRecord token = facts.hub.tokens.get(use.token());
    if (token == null) {
      throw broken(-1, "token " + use.token() + " is used and not known");
    }
    hold(
        !ofOlderHistories.contains(token.id()),
        -1,
        () -> "token " + token.id() + " of before the restore was used");
    List<TokenUse> uses = facts.hub.uses.getOrDefault(use.token(), List.of());
    Set<Object> keys = new HashSet<>();
    uses.forEach(each -> keys.add(each.key()));
    hold(
        keys.size() <= token.uses(),
        -1,
        () ->
            "token "
                + token.id()
                + " of "
                + token.uses()
                + " uses let "
                + keys.size()
                + " keys in");
    hold(keys.size() == uses.size(), -1, () -> "token " + token.id() + " counts one key twice");
    hold(
        use.millis() < token.expiresMillis(),
        -1,
        () -> "token " + token.id() + " was used after its end");
    Long revoked = token.revokedMillis();
    hold(
        revoked == null || revoked >= use.millis(),
        -1,
        () -> "token " + token.id() + " was used after it was revoked");
  }
}
