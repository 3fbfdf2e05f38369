package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;
import java.util.List;

/// Where a rollout comes from that somebody has applied as an object.
///
/// @param name of the object; empty: it was begun by a command and has none
/// @param generation 1 at first, one more with each rollout that was begun under this name
/// @param writtenIn `rollouts.yaml:3`; empty when it is not known
/// @param past of rollouts of the same application that are forgotten: what they were, so that a
///   file that is still there does not begin them once more
public record Origin(String name, long generation, String writtenIn, List<Past> past) {
  public static final Origin NONE = new Origin("", 0, "", List.of());

  /// Rollouts that are forgotten, and still known by name.
  public static final int PAST_MAX = 256;

  public Origin {
    past = List.copyOf(past);
  }

  public boolean isNamed() {
    return !name.isEmpty();
  }

  /// @param what [RolloutJson#what] of it
  public record Past(String name, long generation, Digest what) {}
}
