package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.SlotRef;

/// Spreads slots over waves: the same slot of the same rollout always falls on the same place, and
/// in another rollout on another one (SplitMix64 over FNV-1a).
final class SlotHash {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private SlotHash() {}

  static long of(RolloutId rollout, SlotRef slot) {
    long hash = FNV_OFFSET ^ rollout.number() * 0x9e3779b97f4a7c15L;
    hash = mixed(hash, slot.site().text());
    hash = (hash ^ '/') * FNV_PRIME;
    return finished(mixed(hash, slot.slot().text()));
  }

  private static long mixed(long hash, String text) {
    long next = hash;
    for (int i = 0; i < text.length(); i++) {
      next = (next ^ text.charAt(i)) * FNV_PRIME;
    }
    return next;
  }

  private static long finished(long hash) {
    long z = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
