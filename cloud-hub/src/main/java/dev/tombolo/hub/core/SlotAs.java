package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.SlotSettings;

/// All that a slot's document is made of, as it is or as it will be.
record SlotAs(SlotSettings settings, String displayName, String timeZone) {}
