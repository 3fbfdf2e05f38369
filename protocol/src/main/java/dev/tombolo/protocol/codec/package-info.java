/// JSON of the wire and of what is signed: one strict reader, one deterministic writer, and per
/// record one line each way. No reflection.
@NullMarked
package dev.tombolo.protocol.codec;

import org.jspecify.annotations.NullMarked;
