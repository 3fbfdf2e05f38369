package dev.tombolo.hub.core;

import dev.tombolo.protocol.message.ReportBody;

/// A row of a device's outbox, dated by the hub.
///
/// @param hubMillis when it happened by the hub's clock, as well as the hub can tell
/// @param wallMillis what the device's clock said
public record ReportRow(long sequence, long hubMillis, long wallMillis, ReportBody body) {}
