package dev.tombolo.hub.http;

import dev.tombolo.hub.core.BundleDesk;
import dev.tombolo.hub.core.FileDepot;
import dev.tombolo.hub.core.GitRepositories;
import dev.tombolo.hub.core.HubEffect;
import dev.tombolo.hub.core.HubInbox;
import dev.tombolo.hub.core.ManifestSigner;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.reason.Quoted;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/// The admin port. Everything under `/api/` needs an operator's token; `/healthz` and `/metrics` do
/// not. Never to be reachable from where devices are.
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = System.getLogger(AdminServer.class.getName());

  /// What they say at every start is of no use to operators, and their failures reach us as
  /// exceptions. Held here, else they would be forgotten.
  private static final List<java.util.logging.Logger> QUIETER =
      List.of(
          java.util.logging.Logger.getLogger("org.eclipse.jetty"),
          java.util.logging.Logger.getLogger("io.javalin"));

  private static final String STARTED = "started";

  /// An idle line is closed after it. Programs keep one for their next request (Java's own client
  /// for 30 s), and one that is closed just then breaks that request: let it be they who close it.
  private static final long IDLE_MILLIS = 60_000;

  private final HubViews views;
  private final MeterRegistry meters;
  private final CommandDesk desk;
  private final ResultRoutes results;
  private final Javalin javalin;
  private final String at;

  /// @param bind address
  /// @param port 0 takes any free one; [#port()] tells which
  /// @param isHealthy what `/healthz` says
  public AdminServer(
      String bind,
      int port,
      HubIdentity identity,
      HubInbox inbox,
      HubViews views,
      FileDepot depot,
      BundleDesk bundles,
      ManifestSigner signer,
      GitRepositories repositories,
      PrometheusMeterRegistry meters,
      BooleanSupplier isHealthy) {
    this.at = bind + ":" + port;
    this.views = views;
    this.meters = meters;
    this.desk = new CommandDesk(inbox);
    ReadRoutes reading = new ReadRoutes(views, identity);
    this.results = new ResultRoutes(views, reading);
    this.javalin =
        Javalin.create(
            config -> {
              settle(config);
              config.jetty.addConnector((server, http) -> connector(server, http, bind, port));
              config.routes.before("/api/*", this::authenticate);
              reading.on(config.routes);
              results.on(config.routes);
              new BundleRoutes(views, bundles).on(config.routes);
              RolloutRoutes rollouts = new RolloutRoutes(desk, views, bundles);
              new ChangeRoutes(desk, reading, rollouts, repositories).on(config.routes);
              new GitRoutes(views, repositories, rollouts).on(config.routes);
              new ApplicationRoutes(views, repositories).on(config.routes);
              rollouts.on(config.routes);
              new TrustRoutes(desk, views, depot, identity).on(config.routes);
              new FileRoutes(depot).on(config.routes);
              new KitRoutes(desk, depot, signer, new KitChanges(views)).on(config.routes);
              config.routes.get("/healthz", context -> health(context, isHealthy));
              config.routes.get(
                  "/metrics",
                  context ->
                      context
                          .contentType("text/plain; version=0.0.4; charset=utf-8")
                          .result(meters.scrape()));
              config.routes.before(context -> context.attribute(STARTED, System.nanoTime()));
              config.routes.after(this::measure);
              refuse(config);
            });
  }

  /// Makes the first operator if there is none, then opens the port. The hub's loop must be
  /// running, with [#answered] among its effects.
  ///
  /// @param firstToken file for the first operator's token
  /// @throws IOException when the port cannot be had or the file not be written
  public void start(Path firstToken) throws IOException, InterruptedException {
    FirstOperator.ensure(firstToken, views, desk);
    try {
      javalin.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "admin.port: "
              + at
              + ": "
              + rootOf(e)
              + "; stop the other program or choose another port with --admin-port",
          e);
    }
  }

  public int port() {
    return javalin.port();
  }

  /// What the loop answers to a command; [AdminAnswer.Refused] also when it has no time.
  public AdminAnswer command(Principal who, AdminCommand command) throws InterruptedException {
    return desk.answer(who, command);
  }

  /// Completes the request that waits for this answer. Never blocks.
  public void answered(HubEffect.AdminAnswered answered) {
    desk.answered(answered);
  }

  @Override
  public void close() {
    results.close();
    javalin.stop();
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, String bind, int port) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(bind);
    connector.setPort(port);
    connector.setIdleTimeout(IDLE_MILLIS);
    return connector;
  }

  private static void settle(JavalinConfig config) {
    QUIETER.forEach(logger -> logger.setLevel(java.util.logging.Level.OFF));
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    // Releases and bundles are sent with their length; what is compressed has another.
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.concurrency.useVirtualThreads = true;
  }

  /// Looks through all users whoever asks, so that the time tells nothing.
  private void authenticate(Context context) throws RefusedException {
    Optional<OperatorToken> token =
        OperatorToken.ofHeader(Objects.requireNonNullElse(context.header("Authorization"), ""));
    UserRecord found = null;
    if (token.isPresent()) {
      for (UserRecord user : views.users()) {
        if (token.get().fits(user.tokenHash()) && user.revokedMillis() == null) {
          found = user;
        }
      }
    }
    if (found == null) {
      context.header("WWW-Authenticate", "Bearer");
      Refusals.answer(
          context, 401, new Reason.NotAllowed("the admin API needs a valid operator's token"));
      context.skipRemainingHandlers();
      return;
    }
    Requests.authenticated(context, new Principal("user:" + found.name()));
  }

  private static void health(Context context, BooleanSupplier isHealthy) {
    boolean healthy = isHealthy.getAsBoolean();
    context
        .status(healthy ? 200 : 503)
        .contentType("application/json")
        .result("{\"status\":\"" + (healthy ? "ok" : "failing") + "\"}");
  }

  private void measure(Context context) {
    Long started = context.attribute(STARTED);
    if (started != null) {
      Timer.builder("tombolo.admin.requests")
          .description("Requests to the admin port")
          .tag("status", Integer.toString(context.statusCode()))
          .register(meters)
          .record(Duration.ofNanos(System.nanoTime() - started).toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private static void refuse(JavalinConfig config) {
    config.routes.exception(
        RefusedException.class, (e, context) -> Refusals.answer(context, e.reason(), e.about()));
    config.routes.exception(
        HttpResponseException.class,
        (e, context) -> Refusals.answer(context, e.getStatus(), reasonOf(e, context)));
    config.routes.exception(
        Exception.class,
        (e, context) -> {
          LOG.log(
              Level.ERROR, "admin request failed: " + context.method() + " " + context.path(), e);
          Refusals.answer(
              context,
              500,
              new Reason.IoFailed(Quoted.of(context.path()), e.getClass().getSimpleName()));
        });
  }

  private static Reason reasonOf(HttpResponseException e, Context context) {
    String request = Quoted.of(context.method() + " " + context.path());
    return switch (e.getStatus()) {
      case 404 -> new Reason.NotFound("path", request, List.of());
      case 405 ->
          new Reason.InputInvalid(
              "method", request, "use another one; the path itself is known here");
      default ->
          new Reason.Malformed(
              "request " + request,
              Quoted.of(Objects.requireNonNullElse(e.getMessage(), e.toString())));
    };
  }

  private static String rootOf(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return Objects.requireNonNullElse(root.getMessage(), root.toString());
  }
}
