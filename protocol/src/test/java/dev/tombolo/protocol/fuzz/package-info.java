/// A small fuzzer: seeded mutations of real messages, led by which code an input reaches.
@NullMarked
package dev.tombolo.protocol.fuzz;

import org.jspecify.annotations.NullMarked;
