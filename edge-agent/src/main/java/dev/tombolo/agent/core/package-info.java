/// Routes events to the deciders: pure, no I/O, no clock, no threads, no randomness.
@NullMarked
package dev.tombolo.agent.core;

import org.jspecify.annotations.NullMarked;
