package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// How a wave of a rollout stands.
///
/// @param pick as in [RolloutWaveAsk]
/// @param inFlight with a permit that may be in use
/// @param notReached dark, no permit out
/// @param back gone back to what they had
/// @param superseded that a newer rollout took; of those who succeeded or failed before, also there
/// @param outside undecided ones that the rollout is not about any more, in none of the others
/// @param leftAlone without a permit, at sites where so many failed that none is given any more
@Json
public record RolloutWaveRow(
    String name,
    String pick,
    boolean isOpen,
    int total,
    int succeeded,
    int failed,
    int inFlight,
    int downloading,
    int ready,
    int notReached,
    int back,
    int superseded,
    int outside,
    int leftAlone,
    int healthyPercent,
    int neededPercent,
    long soakMillis,
    boolean needsApproval) {}
