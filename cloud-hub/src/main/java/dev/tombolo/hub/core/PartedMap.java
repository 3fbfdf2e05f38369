package dev.tombolo.hub.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A map in parts, each of which grows by itself: a [HashMap] of 100,000 entries moves all of them
/// in the one step that makes it too small.
final class PartedMap<K, V> {
  private static final int PART_BITS = 8;

  /// 2^32 over the golden ratio: a product's first bits depend on all bits of a hash, while the
  /// parts themselves go by its last.
  private static final int SPREAD = 0x9E3779B9;

  /// Null: nothing is in that part.
  private final List<@Nullable Map<K, V>> parts =
      new ArrayList<>(Collections.nCopies(1 << PART_BITS, null));

  @Nullable V get(K key) {
    Map<K, V> part = parts.get(part(key));
    return part == null ? null : part.get(key);
  }

  void put(K key, V value) {
    int number = part(key);
    Map<K, V> part = parts.get(number);
    if (part == null) {
      part = new HashMap<>();
      parts.set(number, part);
    }
    part.put(key, value);
  }

  private int part(K key) {
    return key.hashCode() * SPREAD >>> Integer.SIZE - PART_BITS;
  }
}
