package dev.tombolo.hub.rollout;

import dev.tombolo.protocol.id.Digest;

/// A release that devices had before a rollout moved them.
public record Prior(Digest release, String version) {}
