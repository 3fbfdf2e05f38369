package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// A wave of a [RolloutAsk].
///
/// @param pick `5`, `10%`, `rest`, `@KEY=VALUE&KEY=VALUE` or `SITE/SLOT+SITE/SLOT`
@Json
public record RolloutWaveAsk(
    String name,
    String pick,
    @Nullable Integer healthyPercent,
    @Nullable Long soakMillis,
    boolean needsApproval) {
  public RolloutWaveAsk {
    name = name == null ? "" : name;
    pick = pick == null ? "" : pick;
  }
}
