package dev.tombolo.agent.core;

import dev.tombolo.protocol.id.Digest;

/// The last kit that brought a document.
///
/// @param createdMillis when the kit was made
/// @param manifest digest of the document's payload
public record KitMark(String kit, long createdMillis, long revision, Digest manifest) {}
