package dev.tombolo.protocol.message;

import dev.tombolo.protocol.id.Digest;

/// The hub's answer to a device that asks for a bundle. Nothing in it needs trust: each file that
/// the bundle makes has its SHA-256 in the signed release.
///
/// @param bundle SHA-256 of the bundle file, its name at the hub
/// @param bytes its length
public record BundleOffer(Digest bundle, long bytes) {}
