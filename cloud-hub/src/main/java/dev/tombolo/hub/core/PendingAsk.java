package dev.tombolo.hub.core;

import dev.tombolo.protocol.id.DeviceId;

/// An operator's question on its way to a device.
public record PendingAsk(String id, long request, DeviceId device, long untilMillis) {}
