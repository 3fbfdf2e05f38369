package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.bench.simulation.engine.Trace;
import dev.tombolo.bench.simulation.engine.VirtualTime;
import java.util.function.Consumer;

/// Carries messages between shops and hub: in order on each line, late, or not at all.
final class Network {
  /// An end that hears nothing for so long takes the line for dead (keep alive 10-15 s).
  private static final long SILENCE_MIN_MILLIS = 15 * VirtualTime.SECOND;

  private static final long SILENCE_MAX_MILLIS = 25 * VirtualTime.SECOND;
  private static final long ANSWER_MAX_MILLIS = 60 * VirtualTime.SECOND;
  private static final double DELAY_SHARE = 0.004;
  private static final double SHARED_PACKET_SHARE = 0.8;
  private static final double LOST_ANSWER_SHARE = 0.08;
  private static final double REPEAT_SHARE = 0.1;
  private static final double REPLAY_SHARE = 0.2;
  private static final long DELAY_MAX_MILLIS = 40 * VirtualTime.SECOND;
  private static final Reply LOST = new Reply.Lost();

  private final World world;
  private final Chance chance;
  private final Weather[] weathers;

  Network(World world, int sites) {
    this.world = world;
    this.chance = world.chance("network");
    this.weathers = new Weather[sites];
    for (int i = 0; i < sites; i++) {
      weathers[i] = new Weather();
    }
  }

  Weather weather(int site) {
    return weathers[site];
  }

  /// Nothing is in the way any more.
  void clear() {
    for (Weather weather : weathers) {
      weather.clear();
    }
  }

  /// Blocks a site's way for a while. Lines that are open lose what is on its way there, and do not
  /// recover.
  void block(int site, boolean up, boolean down, long millis) {
    weathers[site].block(up, down);
    for (Device device : world.devices()) {
      if (device.site() == site) {
        kill(device, up, down);
      }
    }
    world
        .scheduler()
        .in(
            millis,
            () -> {
              if (world.faultsAreOn()) {
                weathers[site].unblock(up, down);
              }
            });
  }

  private void kill(Device device, boolean up, boolean down) {
    Line line = device.line();
    if (line != null) {
      breakLine(line, up, down);
    }
  }

  /// Messages in these directions are lost from now on; both ends notice by silence.
  void breakLine(Line line, boolean up, boolean down) {
    line.upIsDead |= up;
    line.downIsDead |= down;
    world.scheduler().in(silence(), () -> agentNotices(line, "silence"));
    world.scheduler().in(silence(), () -> world.hub().edge().ended(line));
  }

  /// The device's end is closed by its agent, or by its agent's death.
  void closeFromShop(Line line) {
    line.downIsDead = true;
    if (line.upIsDead || !weathers[line.device.site()].passesUp()) {
      line.upIsDead = true;
      world.scheduler().in(silence(), () -> world.hub().edge().ended(line));
    } else {
      up(
          line,
          () -> {
            line.upIsDead = true;
            world.hub().edge().ended(line);
          });
    }
  }

  /// The hub's end is closed: the agent sees it after what was sent before.
  void closeFromHub(Line line, Consumer<Line> told) {
    line.upIsDead = true;
    if (line.downIsDead || !weathers[line.device.site()].passesDown()) {
      world.scheduler().in(silence(), () -> told.accept(line));
    } else {
      down(line, () -> told.accept(line));
    }
  }

  /// The hub's machine is gone without a word.
  void vanish(Line line) {
    line.upIsDead = true;
    line.downIsDead = true;
    world.scheduler().in(silence(), () -> agentNotices(line, "silence"));
  }

  void agentNotices(Line line, String how) {
    line.downIsDead = true;
    line.device.lineEnded(line, how);
  }

  private long silence() {
    return chance.between(SILENCE_MIN_MILLIS, SILENCE_MAX_MILLIS);
  }

  void up(Line line, Runnable arrives) {
    if (!line.upIsDead) {
      if (line.lastUpSentMillis != world.now() || !sharesPacket()) {
        line.lastUpSentMillis = world.now();
        line.lastUpMillis = Math.max(line.lastUpMillis, world.now() + latency());
      }
      world
          .scheduler()
          .at(
              line.lastUpMillis,
              () -> {
                if (!line.upIsDead) {
                  arrives.run();
                }
              });
    }
  }

  void down(Line line, Runnable arrives) {
    if (!line.downIsDead) {
      if (line.lastDownSentMillis != world.now() || !sharesPacket()) {
        line.lastDownSentMillis = world.now();
        line.lastDownMillis = Math.max(line.lastDownMillis, world.now() + latency());
      }
      world
          .scheduler()
          .at(
              line.lastDownMillis,
              () -> {
                if (!line.downIsDead) {
                  arrives.run();
                }
              });
    }
  }

  /// What is sent at once mostly comes at once.
  private boolean sharesPacket() {
    return chance.isWithin(SHARED_PACKET_SHARE);
  }

  private long latency() {
    long millis = chance.between(4, 120);
    if (world.mayFault(FaultKind.DELAY) && chance.isWithin(DELAY_SHARE)) {
      world.faulted(FaultKind.DELAY);
      millis += chance.between(VirtualTime.SECOND, DELAY_MAX_MILLIS);
    }
    return millis;
  }

  /// An HTTP request: what the hub does with it, and what the device hears.
  void request(Device device, Consumer<Request> atHub, Consumer<Reply> answered) {
    Request request = new Request(device, answered);
    Weather weather = weathers[device.site()];
    if (!weather.passes()) {
      long wait = chance.between(5 * VirtualTime.SECOND, 15 * VirtualTime.SECOND);
      world.scheduler().in(wait, () -> request.answer(LOST));
      return;
    }
    world.scheduler().in(ANSWER_MAX_MILLIS, () -> request.answer(LOST));
    world
        .scheduler()
        .in(
            latency(),
            () -> {
              if (!weather.passesUp() || !world.hub().isUp()) {
                request.answer(LOST);
              } else {
                atHub.accept(request);
              }
            });
  }

  void reply(Request request, Reply reply) {
    Weather weather = weathers[request.device.site()];
    if (!weather.passesDown()) {
      return;
    }
    if (world.mayFault(FaultKind.LOST_ANSWER) && chance.isWithin(LOST_ANSWER_SHARE)) {
      world.faulted(FaultKind.LOST_ANSWER);
      if (world.trace().isOn()) {
        world.say(request.device.number(), "the hub's answer is lost on its way");
      }
      return;
    }
    world.scheduler().in(latency(), () -> request.answer(reply));
  }

  /// The hub died with requests open.
  void reset(Request request) {
    world.scheduler().in(latency(), () -> request.answer(LOST));
  }

  /// Sometimes a document comes once more, much later.
  void repeat(Line line, Runnable arrives) {
    if (world.mayFault(FaultKind.DUPLICATE) && chance.isWithin(REPEAT_SHARE)) {
      world.faulted(FaultKind.DUPLICATE);
      world
          .scheduler()
          .in(
              chance.between(VirtualTime.SECOND, VirtualTime.DAY),
              () -> {
                if (!line.downIsDead) {
                  arrives.run();
                }
              });
    }
  }

  /// Sometimes a request comes once more, from somebody else.
  void replay(Runnable arrives) {
    if (world.mayFault(FaultKind.DUPLICATE) && chance.isWithin(REPLAY_SHARE)) {
      world.faulted(FaultKind.DUPLICATE);
      world.scheduler().in(chance.between(500, 90 * VirtualTime.SECOND), arrives);
    }
  }

  /// Draws for the hub's edge.
  boolean duplicates() {
    boolean duplicates = world.mayFault(FaultKind.DUPLICATE) && chance.isWithin(0.01);
    if (duplicates) {
      world.faulted(FaultKind.DUPLICATE);
    }
    return duplicates;
  }

  boolean losesAcked() {
    boolean loses = world.mayFault(FaultKind.LOST_ACKED) && chance.isWithin(0.02);
    if (loses) {
      world.faulted(FaultKind.LOST_ACKED);
      world.trace().mix(Trace.WORLD);
    }
    return loses;
  }
}
