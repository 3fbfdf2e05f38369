package dev.tombolo.hub.http;

import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.http.api.LogState;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Workloads' results, oldest first. `last=N` gives the newest N; `after=CURSOR&wait=SECONDS` gives
/// what came since, and waits for it; a cursor whose next rows have been dropped is refused. The
/// `Link` header names the address that goes on from here.
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
    routes.get("/api/v1/results/kept", this::kept);
  }

  /// Ends all waiting.
  void close() {
    isClosing = true;
  }

  private void kept(Context context) {
    Views.LogView log = views.log(RowLog.RESULTS);
    Requests.answer(context, new LogState(log.rows(), log.bytes(), log.gone(), log.oldestMillis()));
  }

  private void results(Context context) throws RefusedException, InterruptedException {
    String deviceText = context.queryParam("device");
    Optional<DeviceId> device =
        deviceText == null ? Optional.empty() : Optional.of(devices.device(deviceText));
    Optional<Name> channel = Parts.optionalName("channel", context.queryParam("channel"));
    long last = Parts.number("last", context.queryParam("last"), 0, HubViews.ROWS_MAX, -1);
    if (last >= 0) {
      // Read before the rows, so that none is missed in between.
      long newest = views.lastResult();
      answer(context, views.newestResults(device, channel, (int) last), newest);
      return;
    }
    long after =
        Parts.number("after", context.queryParam("after"), 0, Long.MAX_VALUE, views.lastResult());
    long seconds = Parts.number("wait", context.queryParam("wait"), 0, WAIT_SECONDS_MAX, 0);
    since(context, after, device, channel, seconds);
  }

  private void since(
      Context context, long after, Optional<DeviceId> device, Optional<Name> channel, long seconds)
      throws RefusedException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    boolean mayWait = seconds > 0 && waiting.tryAcquire();
    long from = after;
    try {
      while (true) {
        long newest = views.lastResult();
        List<Views.ResultView> found = views.results(from, device, channel, HubViews.ROWS_MAX);
        // Asked after the rows: what is dropped between the two is told rather than missed.
        long gone = views.gone(RowLog.RESULTS);
        if (from < gone) {
          throw new RefusedException(new Reason.RowsGone("results", gone));
        }
        if (!found.isEmpty() || !mayWait || isClosing || System.nanoTime() > deadline) {
          boolean isFull = found.size() == HubViews.ROWS_MAX;
          answer(context, found, isFull ? found.getLast().id() : Math.max(from, newest));
          return;
        }
        from = Math.max(from, newest);
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
    } finally {
      if (mayWait) {
        waiting.release();
      }
    }
  }

  /// @param cursor up to which everything was looked at
  private static void answer(Context context, List<Views.ResultView> results, long cursor) {
    long next = results.isEmpty() ? cursor : Math.max(cursor, results.getLast().id());
    Pages.link(context, Long.toString(next));
    Requests.answer(context, results.stream().map(Rows::of).toList());
  }
}
