@NullMarked
package dev.tombolo.bench.simulation.coverage;

import org.jspecify.annotations.NullMarked;
