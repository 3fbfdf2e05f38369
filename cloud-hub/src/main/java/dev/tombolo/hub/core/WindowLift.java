package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.SlotRef;

/// A person has lifted the windows for the device in a slot.
public record WindowLift(SlotRef slot, long untilMillis, long liftedMillis, String liftedBy) {}
