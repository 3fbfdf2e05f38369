/// Decides what waits to be reported and what is sent next. Pure.
@NullMarked
package dev.tombolo.agent.outbox;

import org.jspecify.annotations.NullMarked;
