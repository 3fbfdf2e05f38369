package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a rollout would do.
///
/// @param devices that it reaches; those that sync policies leave out are not among them
/// @param bytes over all lines
/// @param leastMillis until the last wave has switched, when every device is reached at once
/// @param doneMillis when that is, begun now; null: not within the next 60 days
/// @param lineBitsPerSecond of sites whose line nobody has measured
/// @param loadingSites sites that load something
/// @param measuredSites those of them whose own rate was measured and counted with
/// @param byBundle devices for which a bundle is there; of the others whole files are counted
/// @param keeping devices that have the files, to fall back on, and only have to switch
/// @param siteBytes of the sites that load most, at most 1,000 of them; how many load at all says
///   `loadingSites`
/// @param tooShortSites sites whose windows are too short
/// @param tooShort the worst of them, at most 1,000; how many there are says `tooShortSites`
/// @param waitForYes waves that open when somebody has said yes; no time is counted for that
/// @param pricePerGb as it was asked with; a GB is 10^9 bytes
/// @param cost of all bytes; null: no price was given
@Json
public record RolloutPreviewShown(
    List<RolloutPreviewWave> waves,
    int devices,
    int sites,
    long bytes,
    long leastMillis,
    @Nullable Long doneMillis,
    long lineBitsPerSecond,
    int loadingSites,
    int measuredSites,
    int byBundle,
    int keeping,
    Map<String, Long> siteBytes,
    int tooShortSites,
    List<RolloutPreviewTooShort> tooShort,
    List<String> waitForYes,
    @Nullable BigDecimal pricePerGb,
    @Nullable BigDecimal cost) {
  public RolloutPreviewShown {
    waves = List.copyOf(waves);
    siteBytes = Map.copyOf(siteBytes);
    tooShort = List.copyOf(tooShort);
    // A hub that is older says nothing of it.
    waitForYes = waitForYes == null ? List.of() : List.copyOf(waitForYes);
  }
}
