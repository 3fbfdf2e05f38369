/// Claims about the simulation itself, and some seeds of it.
@NullMarked
package dev.tombolo.bench.simulation;

import org.jspecify.annotations.NullMarked;
