package dev.tombolo.hub.desired;

import java.util.List;
import java.util.Map;

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

  /// Whether an application with these policies goes to a place with these labels: one without any
  /// goes everywhere.
  public static boolean isAnyFor(List<SyncPolicy> policies, Map<String, String> labels) {
    for (SyncPolicy policy : policies) {
      if (policy.selector().matches(labels)) {
        return true;
      }
    }
    return policies.isEmpty();
  }

  /// How a patch is called among what was given: by what it says, so that it may move in the list.
  public static String key(SyncPolicy policy, Override override, Patch patch) {
    return policy.selector() + " | " + override.selector() + " | " + patch;
  }
}
