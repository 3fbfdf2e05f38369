package dev.tombolo.hub.cli;

import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.GivenBundles;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubLoop;
import dev.tombolo.hub.core.HubSettings;
import dev.tombolo.hub.core.RowQuota;
import dev.tombolo.hub.core.TrustSettings;
import dev.tombolo.hub.files.ContentStore;
import dev.tombolo.hub.http.AdminServer;
import dev.tombolo.hub.http.HubIdentity;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Envelope;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A hub's loop, store and admin port without an edge port: all that operators meet.
final class HubAlone implements AutoCloseable {
  static final RowQuota PLENTY = new RowQuota(Duration.ofDays(1_000), 1L << 40, 1L << 40);

  private final Path data;
  private final HubLoop loop;
  private final SqliteHubStore store;
  private final SqliteViews views;
  private final AdminServer admin;
  private final String url;

  HubAlone(Path data) throws IOException, InterruptedException {
    this(data, PLENTY);
  }

  /// @param results how many of them it keeps
  HubAlone(Path data, RowQuota results) throws IOException, InterruptedException {
    this.data = data;
    Path database = data.resolve("hub.db");
    store = SqliteHubStore.open(database);
    loop =
        new HubLoop(
            new HubSettings(
                List.of("wss://localhost:1/mqtt"),
                "https://localhost:1",
                "k",
                "pem",
                results,
                PLENTY,
                TrustSettings.USUAL),
            store,
            Clock.systemUTC());
    views = SqliteViews.open(database);
    admin =
        new AdminServer(
            "127.0.0.1",
            0,
            new HubIdentity(
                "test", store.load().history(), Digest.ofText("root"), List.of("hub.example:8443")),
            loop,
            views,
            ContentStore.open(data.resolve("files"), 1 << 20),
            new GivenBundles(),
            manifest ->
                new Envelope(
                    DesiredManifest.PAYLOAD_TYPE,
                    Base64.getEncoder().encodeToString(manifest),
                    List.of()),
            GitRepositories.NONE,
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            () -> true);
    loop.start(
        effect -> {
          if (effect instanceof HubEffect.AdminAnswered answered) {
            admin.answered(answered);
          }
        });
    admin.start(data.resolve("admin-token"));
    url = "http://127.0.0.1:" + admin.port();
  }

  String url() {
    return url;
  }

  /// Runs a command against this hub as its first operator.
  Cli.Said run(Cli cli, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--hub", url(), "--data", data.toString()));
    return cli.run(all.toArray(new String[0]));
  }

  @Override
  public void close() {
    admin.close();
    loop.close();
    views.close();
    store.close();
  }
}
