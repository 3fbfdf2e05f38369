package dev.tombolo.bench.simulation.trust;

import dev.tombolo.protocol.sign.Envelope;

/// The publisher's key between two rotations, and the root that says so, signed by the key before
/// it too.
public record PublisherKeys(Signer signer, Envelope root) {}
