package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/rollouts` and of its preview. What is left out is as usual.
///
/// @param release `NAME@VERSION`
/// @param permitMillis how long a permit is good
/// @param deadlineMillis the hub's time at which it is closed
/// @param lifeMillis or so long after the hub has heard of it
/// @param lineBitsPerSecond for the preview: of sites whose line nobody has measured
/// @param pricePerGb for the preview: what 10^9 bytes over a line cost
/// @param evenIfNobody begin it though no device is in its scope; those that come later take part
@Json
public record RolloutAsk(
    String release,
    String fleet,
    List<String> sites,
    Map<String, String> labels,
    List<RolloutWaveAsk> waves,
    @Nullable Integer perSite,
    @Nullable Integer inFlight,
    @Nullable Integer failuresPerSite,
    @Nullable Integer abortFailed,
    @Nullable Integer abortPercent,
    boolean rollsBack,
    @Nullable Long permitMillis,
    @Nullable Long deadlineMillis,
    @Nullable Long lifeMillis,
    @Nullable Long lineBitsPerSecond,
    @Nullable BigDecimal pricePerGb,
    boolean evenIfNobody,
    @Nullable String typedName) {
  public RolloutAsk {
    sites = sites == null ? List.of() : List.copyOf(sites);
    labels = labels == null ? Map.of() : Map.copyOf(labels);
    waves = waves == null ? List.of() : List.copyOf(waves);
  }
}
