/// Signatures: DSSE envelopes, Ed25519 keys, the publisher root and its chain.
@NullMarked
package dev.tombolo.protocol.sign;

import org.jspecify.annotations.NullMarked;
