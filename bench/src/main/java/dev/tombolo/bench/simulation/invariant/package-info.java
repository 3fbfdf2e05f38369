/// What must always hold, each in a class of its own.
@NullMarked
package dev.tombolo.bench.simulation.invariant;

import org.jspecify.annotations.NullMarked;
