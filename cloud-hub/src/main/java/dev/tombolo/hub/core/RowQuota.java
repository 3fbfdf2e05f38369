package dev.tombolo.hub.core;

import java.time.Duration;

/// How much of a log is kept: a row goes when it is too old, or when newer ones fill the quota.
///
/// @param keep since it came
/// @param bytesMax of all rows, about as they stand on the disk
/// @param rowsMax of all devices together
public record RowQuota(Duration keep, long bytesMax, long rowsMax) {}
