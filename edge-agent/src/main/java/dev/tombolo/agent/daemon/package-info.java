/// Wires the core to its adapters, with `new`.
@NullMarked
package dev.tombolo.agent.daemon;

import org.jspecify.annotations.NullMarked;
