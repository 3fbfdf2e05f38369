/// The outbox in memory.
@NullMarked
package dev.tombolo.agent.outbox;

import org.jspecify.annotations.NullMarked;
