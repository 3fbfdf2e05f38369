/// The deterministic simulation: real deciders of hub and agents in one thread, under a seed.
@NullMarked
package dev.tombolo.bench.simulation;

import org.jspecify.annotations.NullMarked;
