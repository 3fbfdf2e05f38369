package dev.tombolo.hub.http;

import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Workloads' results, oldest first. `last=N` gives the newest N; `after=CURSOR&wait=SECONDS` gives
/// what came since, and waits for it.
final class ResultRoutes {
  static final int WAIT_SECONDS_MAX = 20;

  /// Requests that may wait at once; further ones are answered without waiting.
  private static final int WAITING_MAX = 100;

  private static final long LOOK_AGAIN_MILLIS = 250;

  private final HubViews views;
  private final ReadRoutes devices;
  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private volatile boolean isClosing;

  ResultRoutes(HubViews views, ReadRoutes devices) {
    this.views = views;
    this.devices = devices;
  }

  void on(RoutesConfig routes) {
    routes.get("/api/v1/results", this::results);
  }

  /// Ends all waiting.
  void close() {
    isClosing = true;
  }

  private void results(Context context) throws RefusedException, InterruptedException {
    String deviceText = context.queryParam("device");
    Optional<DeviceId> device =
        deviceText == null ? Optional.empty() : Optional.of(devices.device(deviceText));
    Optional<Name> channel = Parts.optionalName("channel", context.queryParam("channel"));
    long last = Parts.number("last", context.queryParam("last"), 0, HubViews.ROWS_MAX, -1);
    if (last >= 0) {
      answer(context, views.newestResults(device, channel, (int) last));
      return;
    }
    long after =
        Parts.number("after", context.queryParam("after"), 0, Long.MAX_VALUE, views.lastResult());
    long seconds = Parts.number("wait", context.queryParam("wait"), 0, WAIT_SECONDS_MAX, 0);
    answer(context, since(after, device, channel, seconds));
  }

  private List<Views.ResultView> since(
      long after, Optional<DeviceId> device, Optional<Name> channel, long seconds)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean mayWait = seconds > 0 && waiting.tryAcquire();
    try {
      while (true) {
        List<Views.ResultView> found = views.results(after, device, channel, HubViews.ROWS_MAX);
        if (!found.isEmpty() || !mayWait || isClosing || System.nanoTime() > deadline) {
          return found;
        }
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
    } finally {
      if (mayWait) {
        waiting.release();
      }
    }
  }

  private static void answer(Context context, List<Views.ResultView> results) {
    Requests.answer(context, results.stream().map(Rows::of).toList());
  }
}
