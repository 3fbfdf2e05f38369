/// Routes events to the deciders: one writer, pure, no I/O, no clock, no threads, no randomness.
@NullMarked
package dev.tombolo.hub.core;

import org.jspecify.annotations.NullMarked;
