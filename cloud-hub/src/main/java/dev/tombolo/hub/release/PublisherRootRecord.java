package dev.tombolo.hub.release;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.sign.Envelope;

/// A link of the chain of publisher roots.
///
/// @param payload digest of the root's payload bytes; version 1's is what join tokens pin
public record PublisherRootRecord(
    long version, Digest payload, Envelope envelope, long trustedMillis, String trustedBy) {}
