package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Overlay;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SiteWindows;
import dev.tombolo.hub.http.api.RolloutPreviewShown;
import dev.tombolo.hub.http.api.RolloutPreviewTooShort;
import dev.tombolo.hub.http.api.RolloutPreviewWave;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Preview;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.Windows;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts together what a preview is reckoned from, and what it shows.
final class PreviewAnswer {
  /// Where no line was measured: 10 Mbit/s.
  static final long LINE_BITS_USUAL = 10_000_000;

  static final int SITES_SHOWN = 1_000;
  private static final BigDecimal BYTES_OF_GB = BigDecimal.valueOf(1_000_000_000L);

  private final RolloutViews views;
  private final Overlay overlay;
  private final long nowMillis;
  private final Sizes sizes;
  private int byBundle;

  /// @param overlay what is tried out together with it
  PreviewAnswer(
      HubViews views,
      Overlay overlay,
      BundleDesk bundles,
      Views.ReleaseView release,
      ReleaseManifest manifest,
      long nowMillis) {
    this.views = views.rollouts();
    this.overlay = overlay;
    this.nowMillis = nowMillis;
    this.sizes = new Sizes(bundles, release.digest(), manifest);
  }

  /// What a device has to load, by what it has.
  private static final class Sizes {
    /// Which variant a device takes is known only to it: the largest is the most it can cost.
    private final long whole;

    private final Map<Digest, Long> fromBase = new HashMap<>();
    private final @Nullable Long fromNothing;

    Sizes(BundleDesk desk, Digest target, ReleaseManifest manifest) {
      long largest = 0;
      for (Variant variant : manifest.variants()) {
        largest = Math.max(largest, variant.files().stream().mapToLong(Variant.File::size).sum());
      }
      whole = largest;
      Map<Integer, Long> full = new HashMap<>();
      for (BundleDesk.Row row : desk.rows()) {
        boolean isThere =
            row.standing() == BundleDesk.Standing.MADE
                && row.pair().target().release().equals(target);
        if (!isThere) {
          continue;
        }
        Optional<BundlePair.Side> base = row.pair().base();
        if (base.isPresent()) {
          fromBase.merge(base.get().release(), row.bytes(), Math::max);
        } else {
          full.put(row.pair().target().variant(), row.bytes());
        }
      }
      // Only when every variant has one, else the largest may be the one without.
      fromNothing =
          full.size() == manifest.variants().size()
              ? full.values().stream().max(Long::compare).orElse(null)
              : null;
    }

    /// @return the bundle's bytes; null: there is none
    @Nullable Long bundle(List<Digest> has) {
      Long smallest = fromNothing;
      for (Digest base : has) {
        Long bytes = fromBase.get(base);
        if (bytes != null && (smallest == null || bytes < smallest)) {
          smallest = bytes;
        }
      }
      return smallest;
    }
  }

  /// @param before rollouts that would begin before it
  RolloutPreviewShown of(
      int before,
      RolloutPlan plan,
      Scope scope,
      Views.ReleaseView release,
      long soakMillis,
      @Nullable Long said,
      @Nullable BigDecimal pricePerGb) {
    RolloutId id = new RolloutId(views.next().number() + before);
    Preview preview = new Preview(id, plan, scope, release.digest());
    views.eachHolder(
        scope.fleet(),
        release.name(),
        release.digest(),
        overlay,
        (place, held, shares) ->
            preview.add(place.slot(), place::labels, held, shares, this::loads));
    lines(scope.fleet(), preview);
    long line = said == null ? LINE_BITS_USUAL : said;
    Preview.Shown shown = preview.show(new Preview.Assumed(line, soakMillis, nowMillis));
    return shown(shown, line, pricePerGb);
  }

  private long loads(List<Digest> has) {
    Long bundle = sizes.bundle(has);
    if (bundle == null) {
      return sizes.whole;
    }
    byBundle++;
    return bundle;
  }

  /// Sites with the same windows share them.
  private void lines(Name fleet, Preview preview) {
    record Key(String timeZone, SiteTimes times, int year) {}
    record LineKey(String timeZone, LineRules rules, int year) {}
    Map<Key, Windows> known = new HashMap<>();
    Map<LineKey, Bandwidth> knownRules = new HashMap<>();
    for (RolloutViews.SiteLine site : views.siteLines(fleet, overlay)) {
      int year = SiteWindows.year(site.site().text(), nowMillis);
      Optional<Windows> windows = Optional.empty();
      if (!site.times().isAny()) {
        Key key = new Key(site.timeZone(), site.times(), year);
        windows =
            Optional.of(
                known.computeIfAbsent(
                    key,
                    it ->
                        new Windows(
                            SiteWindows.section(it.timeZone(), it.times(), it.year(), null))));
      }
      Optional<Bandwidth> rules =
          site.line()
              .map(
                  it ->
                      knownRules.computeIfAbsent(
                          new LineKey(site.timeZone(), it, year),
                          key ->
                              new Bandwidth(
                                  SiteWindows.line(
                                      key.timeZone(), Optional.of(it), key.year(), null))));
      LineRate rate = site.rate();
      boolean isMeasured = rate != null && rate.isOf(nowMillis);
      preview.line(
          site.site(),
          new Preview.Line(windows, rules, isMeasured && rate != null ? rate.bytesPerSecond() : 0));
    }
  }

  /// The sites that load most, no more than [#SITES_SHOWN].
  static Map<String, Long> most(Map<Name, Long> bySite) {
    Map<String, Long> sites = new LinkedHashMap<>();
    bySite.entrySet().stream()
        .filter(site -> site.getValue() > 0)
        .sorted(Map.Entry.<Name, Long>comparingByValue().reversed())
        .limit(SITES_SHOWN)
        .forEach(site -> sites.put(site.getKey().text(), site.getValue()));
    return sites;
  }

  private RolloutPreviewShown shown(
      Preview.Shown shown, long line, @Nullable BigDecimal pricePerGb) {
    return new RolloutPreviewShown(
        shown.waves().stream()
            .map(
                wave ->
                    new RolloutPreviewWave(
                        wave.name(),
                        wave.devices(),
                        wave.first().stream().map(SlotRef::toString).toList(),
                        wave.sites(),
                        wave.haveIt(),
                        wave.bytes(),
                        wave.largestSiteBytes(),
                        wave.leastMillis()))
            .toList(),
        shown.devices(),
        shown.bySite().size(),
        shown.bytes(),
        shown.waves().stream().mapToLong(Preview.WaveShown::leastMillis).sum(),
        shown.doneMillis().isEmpty() ? null : shown.doneMillis().getAsLong(),
        line,
        shown.loadingSites(),
        shown.measuredSites(),
        byBundle,
        shown.keeping(),
        most(shown.bySite()),
        shown.tooShort().size(),
        shown.tooShort().stream().limit(SITES_SHOWN).map(PreviewAnswer::rowOf).toList(),
        shown.waitForYes(),
        pricePerGb,
        pricePerGb == null
            ? null
            : pricePerGb
                .multiply(BigDecimal.valueOf(shown.bytes()))
                .divide(BYTES_OF_GB, 2, RoundingMode.HALF_UP));
  }

  private static RolloutPreviewTooShort rowOf(Preview.TooShort site) {
    return new RolloutPreviewTooShort(
        site.site().text(),
        site.kind().name().toLowerCase(Locale.ROOT),
        site.needsMillis(),
        site.windowMillis(),
        site.openings());
  }
}
