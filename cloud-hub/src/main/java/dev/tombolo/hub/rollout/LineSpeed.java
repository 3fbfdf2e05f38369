package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.BitRate;
import java.util.Optional;
import java.util.OptionalLong;

/// How fast a site loads at any moment: as its line was measured, or is taken for, and no faster
/// than its rules allow then.
///
/// @param bitsPerSecond of the line
/// @param rules of all its devices together; empty: none
record LineSpeed(long bitsPerSecond, Optional<Bandwidth> rules) {
  long at(long millis) {
    return held(rules.flatMap(it -> it.at(millis)));
  }

  /// The first moment after that one at which other rules hold; empty when it is always the same.
  OptionalLong until(long millis) {
    return rules.isEmpty() ? OptionalLong.empty() : rules.get().until(millis);
  }

  /// At the worst of times.
  long lowest() {
    return held(rules.flatMap(Bandwidth::lowest));
  }

  private long held(Optional<BitRate> limit) {
    long most = limit.map(BitRate::bitsPerSecond).orElse(bitsPerSecond);
    return Math.max(1, Math.min(bitsPerSecond, most));
  }
}
