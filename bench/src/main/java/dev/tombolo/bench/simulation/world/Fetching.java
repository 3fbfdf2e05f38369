package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import org.jspecify.annotations.Nullable;

/// Downloads: asked for at the hub, in pieces, resumed where an earlier try stopped, checked at the
/// end.
final class Fetching {
  private static final int PIECES = 4;

  /// Somebody between device and hub knows no ranges.
  private static final double ALL_AGAIN_SHARE = 0.05;

  private static final Reason BROKEN = new Reason.LineDown(0, "the download broke off");

  private final Device device;
  private final World world;
  private final Hands hands;
  private @Nullable Digest current;
  private long tries;

  Fetching(Device device, Hands hands) {
    this.device = device;
    this.world = device.world;
    this.hands = hands;
  }

  void cancel(Digest file) {
    if (file.equals(current)) {
      current = null;
    }
  }

  void fetch(AgentEffect.Fetch it) {
    if (it.file().equals(current)) {
      return;
    }
    if (!it.near()) {
      device.asksByLine(it.file());
    }
    current = it.file();
    long number = ++tries;
    if (device.files.whole.containsKey(it.file())) {
      hands.later(1, 5, () -> ended(it, number, new AgentEvent.FetchFinished(it.file())));
      return;
    }
    if (device.kits.values().stream().anyMatch(kit -> has(kit, it)) && !device.disk().isFull()) {
      hands.later(
          1,
          50,
          () -> {
            if (isWanted(it, number)) {
              device.files.whole.put(it.file(), true);
              ended(it, number, new AgentEvent.FetchFinished(it.file()));
            }
          });
      return;
    }
    if (it.near() && device.kits.values().stream().noneMatch(kit -> has(kit, it))) {
      Reason gone = new Reason.IoFailed("kit", "it has no such file any more");
      hands.later(1, 5, () -> ended(it, number, failed(it, gone, true)));
      return;
    }
    if (device.disk().isFull()) {
      Reason full = new Reason.DiskFull("files", it.size(), 0);
      hands.later(1, 5, () -> ended(it, number, failed(it, full, true)));
      return;
    }
    String serial = device.identity.held().serial();
    long run = device.run();
    world
        .network()
        .request(
            device,
            request -> {
              if (it.url().contains("/v1/bundles/")) {
                world.hub().edge().bundle(request, serial, it.file());
              } else {
                world.hub().edge().file(request, serial, it.file());
              }
            },
            reply -> {
              if (device.run() == run) {
                answered(it, number, reply);
              }
            });
  }

  private boolean has(AgentEvent.KitFound kit, AgentEffect.Fetch it) {
    return kit.files().contains(it.file()) && !device.spoiled.contains(it.file());
  }

  private void answered(AgentEffect.Fetch it, long number, Reply reply) {
    switch (reply) {
      case Reply.Lost _ -> ended(it, number, failed(it, BROKEN, true));
      case Reply.Refused(var reason) -> {
        boolean mayRetry = !(reason instanceof Reason.NotYours);
        ended(it, number, failed(it, reason, mayRetry));
      }
      case Reply.Body _ -> {
        long had = device.files.partialOf(it.file()).bytes();
        if (had > 0 && device.chance.isWithin(ALL_AGAIN_SHARE)) {
          device.files.partial.remove(it.file());
          device.offer(new AgentEvent.FetchBegunAnew(it.file(), had, AgentEvent.Anew.ALL_GIVEN));
          piece(it, number, false);
        } else {
          piece(it, number, had > 0);
        }
      }
    }
  }

  private void piece(AgentEffect.Fetch it, long number, boolean isResumed) {
    long millis = it.size() / PIECES / 500;
    hands.later(millis, 3 * millis + 20, () -> received(it, number, isResumed));
  }

  private void received(AgentEffect.Fetch it, long number, boolean isResumed) {
    if (!isWanted(it, number)) {
      return;
    }
    if (!world.network().weather(device.site()).passesDown() || !world.hub().isUp()) {
      ended(it, number, failed(it, BROKEN, true));
      return;
    }
    FileStore.Partial part = device.files.partialOf(it.file());
    if (device.disk().isFull()) {
      ended(it, number, failed(it, new Reason.DiskFull("files", it.size(), 0), true));
      return;
    }
    long bytes = Math.min(it.size(), part.bytes() + it.size() / PIECES + 1);
    boolean isSynced = device.chance.isWithin(0.6) || bytes == it.size();
    device.files.partial.put(
        it.file(),
        new FileStore.Partial(bytes, isSynced ? bytes : part.syncedBytes(), part.isRight()));
    if (bytes < it.size()) {
      if (isSynced) {
        device.offer(new AgentEvent.FetchAdvanced(it.file(), bytes));
      }
      piece(it, number, isResumed);
      return;
    }
    device.files.partial.remove(it.file());
    if (!part.isRight()) {
      Reason wrong =
          new Reason.DigestMismatch(it.url(), it.file(), Digest.ofText("torn " + it.file()));
      ended(it, number, failed(it, wrong, isResumed));
      return;
    }
    device.files.whole.put(it.file(), true);
    ended(it, number, new AgentEvent.FetchFinished(it.file()));
  }

  private boolean isWanted(AgentEffect.Fetch it, long number) {
    return it.file().equals(current) && number == tries;
  }

  private void ended(AgentEffect.Fetch it, long number, AgentEvent news) {
    if (isWanted(it, number)) {
      current = null;
      device.offer(news);
    }
  }

  private static AgentEvent failed(AgentEffect.Fetch it, Reason reason, boolean mayRetry) {
    return new AgentEvent.FetchFailed(it.file(), reason, mayRetry);
  }
}
