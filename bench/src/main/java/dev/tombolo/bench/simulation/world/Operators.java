package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.Principal;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// People at the command line: what the hub does not answer or is too busy for, they ask again.
final class Operators {
  private static final Principal ALICE = new Principal("user:alice");
  private static final long PATIENCE_MILLIS = 15 * VirtualTime.SECOND;

  /// Of commands with which the hub's disk fails, in one way or the other.
  private static final double FAILS_SHARE = 0.004;

  private final World world;
  private final Chance chance;
  private final Chance fails;
  private final Map<Long, Asked> waiting = new HashMap<>();
  private long lastRequest = 1_000_000_000L;

  private record Asked(AdminCommand command, Consumer<AdminAnswer> then) {}

  Operators(World world) {
    this.world = world;
    this.chance = world.chance("operators");
    this.fails = world.chance("disk fails with commands");
  }

  /// @param then gets the answer, once there is one that is not "come back later"
  void ask(AdminCommand command, Consumer<AdminAnswer> then) {
    long request = ++lastRequest;
    Asked asked = new Asked(command, then);
    waiting.put(request, asked);
    world.asked(command);
    if (world.hasMorePlays() && fails.isWithin(FAILS_SHARE)) {
      world.hub().failSoon(fails);
    }
    world.hub().offer(new HubEvent.AdminAsked(request, ALICE, command));
    world
        .scheduler()
        .in(
            PATIENCE_MILLIS,
            () -> {
              if (waiting.remove(request, asked)) {
                ask(command, then);
              }
            });
  }

  void answered(long request, AdminAnswer answer) {
    Asked asked = waiting.remove(request);
    if (asked == null) {
      return;
    }
    if (world.trace().isOn()) {
      world.say(Trace.WORLD, words(asked.command()) + ": " + words(answer));
    }
    if (answer instanceof AdminAnswer.Refused(Reason.Busy _, _)) {
      world.scheduler().in(chance.between(3_000, 12_000), () -> ask(asked.command(), asked.then()));
      return;
    }
    world.answered(asked.command(), answer);
    world.counts().add("operators " + asked.command().getClass().getSimpleName());
    asked.then().accept(answer);
  }

  private static String words(Object it) {
    String text = it.toString();
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }
}
