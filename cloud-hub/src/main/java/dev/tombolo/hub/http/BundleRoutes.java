package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.BundleAsk;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    routes.post("/api/v1/bundles", this::ask);
    routes.get("/api/v1/bundles/{digest}", this::give);
  }

  /// As a device asks; for kits.
  private void ask(Context context) throws RefusedException, IOException {
    BundleAsk ask = Requests.body(context, BundleAsk.class);
    String base = ask.base();
    BundlePair pair =
        new BundlePair(
            Parts.read("target", ask.target(), BundlePair.Side::parse),
            base == null
                ? Optional.empty()
                : Optional.of(Parts.read("base", base, BundlePair.Side::parse)));
    Requests.answer(
        context,
        switch (bundles.offer(pair, Optional.empty())) {
          case BundleDesk.Offer.Made(var made) ->
              new BundleAnswer("made", made.bundle().hex(), made.bytes(), 0, "");
          case BundleDesk.Offer.Awaited(var seconds) ->
              new BundleAnswer("awaited", null, 0, seconds, "");
          case BundleDesk.Offer.Missing(var detail) ->
              new BundleAnswer("missing", null, 0, 0, detail);
          case BundleDesk.Offer.NotWorth _ -> new BundleAnswer("not-worth", null, 0, 0, "");
        });
  }

  private void give(Context context) throws RefusedException, IOException {
    Digest digest = Parts.read("digest", context.pathParam("digest"), Digest::ofHex);
    Optional<Path> file = bundles.find(digest);
    if (file.isEmpty()) {
      throw new RefusedException(new Reason.NotFound("bundle", digest.hex(), List.of()));
    }
    // The server closes it.
    context
        .contentType("application/octet-stream")
        .header("Content-Length", Long.toString(Files.size(file.get())))
        .result(Files.newInputStream(file.get()));
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
