package dev.tombolo.bench.simulation.world;

import dev.tombolo.bench.simulation.engine.Chance;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Need;
import java.util.List;

/// What releases need of other applications. In a share of the worlds some of them do.
final class Needs {
  private static final double WORLDS_SHARE = 0.7;
  private static final double RELEASES_SHARE = 0.3;

  /// The newest versions of the other application, one of which is needed.
  private static final int NEWEST = 3;

  private final Chance chance;
  private final boolean areUsed;

  Needs(Chance chance, boolean mayBe) {
    this.chance = chance;
    this.areUsed = mayBe && chance.isWithin(WORLDS_SHARE);
  }

  boolean areUsed() {
    return areUsed;
  }

  /// Of the next release of an application.
  List<Need> drawn(Name application, Releases releases) {
    if (!areUsed || releases.of(application).isEmpty() || !chance.isWithin(RELEASES_SHARE)) {
      return List.of();
    }
    Name other = chance.oneOf(Releases.APPLICATIONS);
    List<Releases.Release> known = releases.of(other);
    if (other.equals(application) || known.isEmpty()) {
      return List.of();
    }
    int at = Math.max(0, known.size() - 1 - chance.below(NEWEST));
    return List.of(new Need(other, known.get(at).ref().version()));
  }
}
