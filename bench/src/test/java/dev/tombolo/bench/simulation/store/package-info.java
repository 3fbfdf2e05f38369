/// The simulated stores keep the contracts of the real ones.
@NullMarked
package dev.tombolo.bench.simulation.store;

import org.jspecify.annotations.NullMarked;
