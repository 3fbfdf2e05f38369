package dev.tombolo.bench.simulation.world;

import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.bench.simulation.engine.Chance;

/// How a device serves its neighbours, to the end of the world: most as they should, in some worlds
/// one or the other with a key that the document names and bytes that it should not give. What it
/// does for itself is as ever: its own agent is right.
final class Manners {
  private static final double WORLDS_SHARE = 0.9;
  private static final double DEVICES_SHARE = 0.3;
  private static final long[] RATES = {1, 20, 1_000, 20_000};

  /// What it does instead of serving.
  enum Kind {
    GOOD,
    /// Says that it has all of everything, and gives bytes of its own.
    LIES,
    /// Says that it has all of everything, and gives what it has, or less, and nothing more.
    SHORT,
    /// Is always about to go to the hub, or on its way, and gives nothing.
    PROMISES,
    /// Has all of everything, and gives a byte now and then.
    TRICKLES,
    /// Gives some bytes, then the line breaks.
    STOPS,
    /// Its port does not answer.
    GONE
  }

  private static final Kind[] ODD = {
    Kind.LIES, Kind.SHORT, Kind.PROMISES, Kind.TRICKLES, Kind.STOPS, Kind.GONE
  };

  private final Kind kind;
  private final PeerStanding standing;
  private final boolean boasts;
  private final long bytesPerSecond;

  Manners(World world, int device) {
    Chance chance = world.chance("manners", device);
    boolean isOdd =
        world.hasMorePlays()
            && !world.plan().faults().isEmpty()
            && world.chance("odd neighbours").isWithin(WORLDS_SHARE)
            && chance.isWithin(DEVICES_SHARE);
    this.kind = isOdd ? ODD[chance.below(ODD.length)] : Kind.GOOD;
    PeerStanding[] promises = {
      PeerStanding.WANTS, PeerStanding.CLAIMS, PeerStanding.FETCHES, PeerStanding.MAKES
    };
    this.standing = promises[chance.below(promises.length)];
    this.boasts = chance.isWithin(0.5);
    this.bytesPerSecond = RATES[chance.below(RATES.length)];
  }

  Kind kind() {
    return kind;
  }

  /// What it says who promises.
  PeerStanding promised() {
    return standing;
  }

  /// Bytes that it says it has who promises.
  long promisedBytes() {
    return boasts ? Long.MAX_VALUE / 2 : 0;
  }

  /// Of one that trickles.
  long bytesPerSecond() {
    return bytesPerSecond;
  }
}
