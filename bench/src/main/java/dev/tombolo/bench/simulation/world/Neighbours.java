package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.core.AgentEffect;
import dev.tombolo.agent.core.AgentEvent;
import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The network within a site: devices ask each other and copy from each other, whatever the weather
/// is outside. Now and then one is not reached; and some have bad [Manners].
final class Neighbours {
  private static final int PIECES = 4;
  private static final double UNREACHED_SHARE = 0.02;
  private static final long LOOK_MILLIS = 1_000;
  private static final long STALL_MILLIS = 10_000;

  /// Of one that has it all, less than this in half a minute is too little.
  private static final long SLOW_MILLIS = 30_000;

  private static final long SLOW_BYTES = 4 * 1024 * 1024;

  private final Device device;
  private final World world;
  private final Hands hands;
  private final Chance chance;
  private @Nullable Digest copied;
  private long tries;
  private long grownMillis;

  Neighbours(Device device, Hands hands) {
    this.device = device;
    this.world = device.world;
    this.hands = hands;
    this.chance = world.chance("neighbours", device.number());
  }

  /// Nothing more is heard of it.
  void cancel(Digest content) {
    if (content.equals(copied)) {
      copied = null;
    }
  }

  void tell(AgentEffect.TellPeers it) {
    if (it.standing() == PeerStanding.HOLDS) {
      device.told.remove(it.content());
    } else {
      device.told.put(it.content(), it.standing());
    }
  }

  void tell(AgentEffect.TellMaking it) {
    device.making = it.contents();
  }

  void ask(AgentEffect.AskPeers it) {
    world
        .scheduler()
        .in(
            it.afterMillis() + chance.between(1, 30),
            () -> {
              if (device.run() == hands.run()) {
                answered(it);
              }
            });
  }

  private void answered(AgentEffect.AskPeers it) {
    List<PeerAnswer> answers = new ArrayList<>();
    for (Peer peer : it.peers()) {
      answers.add(answer(peer.device(), it.content()));
    }
    device.offer(
        new AgentEvent.PeersAnswered(it.content(), it.question(), bytes(it.content()), answers));
  }

  private long bytes(Digest content) {
    return device.files.partialOf(content).bytes();
  }

  private PeerAnswer answer(DeviceId id, Digest content) {
    Device peer = neighbour(id);
    if (peer == null || chance.isWithin(UNREACHED_SHARE)) {
      return PeerAnswer.unreachable(id);
    }
    Manners manners = peer.manners;
    switch (manners.kind()) {
      case GONE -> {
        return PeerAnswer.unreachable(id);
      }
      case LIES, SHORT, TRICKLES -> {
        return new PeerAnswer(id, PeerStanding.WHOLE, Long.MAX_VALUE);
      }
      case PROMISES -> {
        return new PeerAnswer(id, manners.promised(), manners.promisedBytes());
      }
      case GOOD, STOPS -> {}
    }
    if (peer.files.whole.containsKey(content)) {
      return new PeerAnswer(id, PeerStanding.WHOLE, Long.MAX_VALUE);
    }
    return new PeerAnswer(
        id,
        peer.told.getOrDefault(
            content, peer.making.contains(content) ? PeerStanding.MAKES : PeerStanding.HOLDS),
        peer.files.partialOf(content).bytes());
  }

  private @Nullable Device neighbour(DeviceId id) {
    for (Device other : world.devices()) {
      if (other.site() == device.site()
          && other.isUp()
          && other.device().filter(id::equals).isPresent()) {
        return other;
      }
    }
    return null;
  }

  void copy(AgentEffect.CopyFromPeer it) {
    copied = it.content();
    grownMillis = world.now();
    long number = ++tries;
    hands.later(5, 50, () -> copyOn(it, number));
  }

  private void copyOn(AgentEffect.CopyFromPeer it, long number) {
    if (!it.content().equals(copied) || number != tries) {
      return;
    }
    FileStore.Partial mine = device.files.partialOf(it.content());
    Device peer = neighbour(it.peer().device());
    PeerAnswer told = answer(it.peer().device(), it.content());
    if (peer == null || told.standing() == PeerStanding.UNREACHABLE) {
      ended(new AgentEvent.CopyEnded(it.content(), mine.bytes(), told));
      return;
    }
    if (device.disk().isFull()) {
      ended(failed(it, new Reason.DiskFull("files", it.size(), 0)));
      return;
    }
    switch (peer.manners.kind()) {
      case GOOD, GONE -> follow(it, number, peer, told);
      case LIES -> {
        world.counts().add("neighbours lied");
        grow(it, piece(it, mine), false);
        hands.later(5, 500, () -> copyOn(it, number));
      }
      case SHORT -> {
        world.counts().add("neighbours ended early");
        FileStore.Partial has = has(peer, it);
        long bytes = mine.bytes() + Math.max(0, has.bytes() - mine.bytes()) / 2;
        endsAt(it, number, bytes, has.isRight(), told);
      }
      case PROMISES -> {
        world.counts().add("neighbours promised");
        endsAt(it, number, mine.bytes(), true, told);
      }
      case TRICKLES -> {
        world.counts().add("neighbours trickled");
        hands.later(SLOW_MILLIS, SLOW_MILLIS + 500, () -> trickled(it, number, peer, told));
      }
      case STOPS -> {
        world.counts().add("neighbours stopped");
        FileStore.Partial has = has(peer, it);
        long more = Math.max(0, has.bytes() - mine.bytes());
        long bytes = mine.bytes() + (more == 0 ? 0 : chance.between(0, more - 1));
        endsAt(it, number, bytes, has.isRight(), PeerAnswer.unreachable(told.peer()));
      }
    }
  }

  /// What a device has of it.
  private static FileStore.Partial has(Device peer, AgentEffect.CopyFromPeer it) {
    return peer.files.whole.containsKey(it.content())
        ? new FileStore.Partial(it.size(), it.size(), peer.files.isRight(it.content()))
        : peer.files.partialOf(it.content());
  }

  private static long piece(AgentEffect.CopyFromPeer it, FileStore.Partial mine) {
    return Math.min(it.size(), mine.bytes() + it.size() / PIECES + 1);
  }

  /// It gives up to so many bytes, and then nothing; who says that there is more is waited for.
  private void endsAt(
      AgentEffect.CopyFromPeer it, long number, long bytes, boolean isRight, PeerAnswer told) {
    FileStore.Partial mine = device.files.partialOf(it.content());
    if (bytes > mine.bytes()) {
      grow(it, bytes, mine.isRight() && isRight);
    }
    long waits = told.standing() == PeerStanding.UNREACHABLE ? 50 : STALL_MILLIS;
    hands.later(
        waits,
        waits + 500,
        () -> {
          if (it.content().equals(copied) && number == tries) {
            long there = device.files.partialOf(it.content()).bytes();
            ended(new AgentEvent.CopyEnded(it.content(), there, told));
          }
        });
  }

  private void trickled(AgentEffect.CopyFromPeer it, long number, Device peer, PeerAnswer told) {
    if (!it.content().equals(copied) || number != tries) {
      return;
    }
    FileStore.Partial mine = device.files.partialOf(it.content());
    FileStore.Partial has = has(peer, it);
    long gave = Math.min(SLOW_BYTES, peer.manners.bytesPerSecond() * SLOW_MILLIS / 1000);
    long bytes = Math.min(it.size(), mine.bytes() + gave);
    boolean isRight = has.isRight() && has.bytes() >= bytes;
    grow(it, bytes, mine.isRight() && isRight);
    if (bytes < it.size()) {
      ended(new AgentEvent.CopyEnded(it.content(), bytes, told, true));
    }
  }

  private void follow(AgentEffect.CopyFromPeer it, long number, Device peer, PeerAnswer told) {
    FileStore.Partial mine = device.files.partialOf(it.content());
    boolean isWhole = told.standing() == PeerStanding.WHOLE;
    long there = isWhole ? it.size() : told.bytes();
    if (there > mine.bytes()) {
      boolean isRight =
          isWhole ? peer.files.isRight(it.content()) : peer.files.partialOf(it.content()).isRight();
      grow(it, Math.min(there, piece(it, mine)), mine.isRight() && isRight);
      hands.later(5, 500, () -> copyOn(it, number));
    } else if (told.standing() == PeerStanding.FETCHES
        && world.now() - grownMillis < STALL_MILLIS) {
      hands.later(LOOK_MILLIS, LOOK_MILLIS, () -> copyOn(it, number));
    } else {
      ended(new AgentEvent.CopyEnded(it.content(), mine.bytes(), told));
    }
  }

  private void grow(AgentEffect.CopyFromPeer it, long bytes, boolean isRight) {
    grownMillis = world.now();
    if (bytes < it.size()) {
      device.files.partial.put(it.content(), new FileStore.Partial(bytes, bytes, isRight));
      device.offer(new AgentEvent.FetchAdvanced(it.content(), bytes));
      return;
    }
    device.files.partial.remove(it.content());
    if (isRight) {
      device.files.whole.put(it.content(), true);
      ended(new AgentEvent.FetchFinished(it.content()));
    } else {
      Reason wrong =
          new Reason.DigestMismatch(
              "a peer's", it.content(), Digest.ofText("torn " + it.content()));
      ended(failed(it, wrong));
    }
  }

  private void ended(AgentEvent news) {
    copied = null;
    device.offer(news);
  }

  private static AgentEvent failed(AgentEffect.CopyFromPeer it, Reason reason) {
    return new AgentEvent.FetchFailed(it.content(), reason, true);
  }
}
