package dev.tombolo.hub.desired;

import java.util.List;

/// Where in its fleet an application goes, and what is different there.
///
/// @param selector by the labels of site and slot
public record SyncPolicy(Selector selector, List<Override> overrides) {
  public SyncPolicy {
    overrides = List.copyOf(overrides);
  }

  /// Patches for some of the policy's places: all of them or none.
  public record Override(Selector selector, List<Patch> patches) {
    public Override {
      patches = List.copyOf(patches);
    }
  }

  /// How a patch is called among what was given: by what it says, so that it may move in the list.
  public static String key(SyncPolicy policy, Override override, Patch patch) {
    return policy.selector() + " | " + override.selector() + " | " + patch;
  }
}
