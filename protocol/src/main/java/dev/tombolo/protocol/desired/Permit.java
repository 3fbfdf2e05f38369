package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.Name;

/// The hub's leave for one device to switch to a release between two moments. It counts against the
/// rollout's budgets until the device has told how it ended, or it is surely over.
///
/// @param wave number of the rollout's wave
/// @param notBeforeMillis first moment at which the switch may begin
/// @param notAfterMillis first moment at which it may not any more
public record Permit(Name rollout, int wave, long notBeforeMillis, long notAfterMillis) {}
