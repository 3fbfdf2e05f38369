package dev.tombolo.hub.core;

import dev.tombolo.protocol.message.ReportBody;

/// A row of a device's outbox, dated by the hub.
///
/// @param number in its [RowLog]; 0 for a state, of which only the newest is kept
/// @param hubMillis when it happened by the hub's clock, as well as the hub can tell
/// @param wallMillis what the device's clock said
public record ReportRow(
    long number, long sequence, long hubMillis, long wallMillis, ReportBody body) {}
