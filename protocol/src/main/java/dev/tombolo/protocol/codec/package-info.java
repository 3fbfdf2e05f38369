/// JSON of the wire and of what is signed: one strict reader, one deterministic writer, and per
/// record one line each way. Jackson's core finds the tokens and writes the escapes, and is known
/// nowhere else; the mapping is ours, without reflection.
@NullMarked
package dev.tombolo.protocol.codec;

import org.jspecify.annotations.NullMarked;
