package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.id.Digest;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Which bundles there are and which are to come.
final class BundleRoutes {
  private final HubViews views;
  private final BundleDesk bundles;

  BundleRoutes(HubViews views, BundleDesk bundles) {
    this.views = views;
    this.bundles = bundles;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/bundles", this::list);
  }

  private void list(Context context) {
    List<BundleDesk.Row> all = bundles.rows();
    Set<Digest> releases = new HashSet<>();
    for (BundleDesk.Row row : all) {
      releases.add(row.pair().target().release());
      row.pair().base().ifPresent(base -> releases.add(base.release()));
    }
    Map<Digest, String> names = new HashMap<>();
    for (Views.ReleaseView release : views.newestReleases(releases)) {
      names.put(release.digest(), release.name() + "@" + release.version());
    }
    Requests.answer(
        context,
        all.stream()
            .map(row -> rowOf(row, names))
            .sorted(
                Comparator.comparing(BundleRow::target)
                    .thenComparing(BundleRow::variant)
                    .thenComparing(row -> String.valueOf(row.base())))
            .toList());
  }

  private static BundleRow rowOf(BundleDesk.Row row, Map<Digest, String> names) {
    BundlePair.Side target = row.pair().target();
    return new BundleRow(
        nameOf(target, names),
        target.variant(),
        row.pair().base().map(base -> nameOf(base, names)).orElse(null),
        row.standing().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        row.bundle().map(Digest::text).orElse(null),
        row.bytes(),
        row.plainBytes(),
        row.usedMillis(),
        row.detail());
  }

  private static String nameOf(BundlePair.Side side, Map<Digest, String> names) {
    return names.getOrDefault(side.release(), side.release().brief());
  }
}
