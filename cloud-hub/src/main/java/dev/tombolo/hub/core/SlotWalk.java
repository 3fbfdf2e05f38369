package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.SlotRef;
import java.util.Collections;
import java.util.Iterator;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Goes over slots in their order. Of a million, to find one takes as long as to go on to dozens.
final class SlotWalk {
  private final SortedMap<SlotRef, ?> slots;
  private Iterator<SlotRef> behind = Collections.emptyIterator();
  private @Nullable SlotRef next;

  /// @param slots not changed meanwhile
  SlotWalk(SortedMap<SlotRef, ?> slots) {
    this.slots = slots;
  }

  /// Where it stands; null: at the end, or nowhere yet.
  @Nullable SlotRef next() {
    return next;
  }

  void goOn() {
    next = behind.hasNext() ? behind.next() : null;
  }

  /// Stands at a slot, or at the next one where that is not there.
  void goTo(SlotRef slot) {
    if (!slot.equals(next)) {
      behind = slots.tailMap(slot).keySet().iterator();
      goOn();
    }
  }
}
