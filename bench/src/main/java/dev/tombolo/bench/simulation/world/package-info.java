/// The simulated world: hub, shops, lines, operators and faults around the real deciders.
@NullMarked
package dev.tombolo.bench.simulation.world;

import org.jspecify.annotations.NullMarked;
