/// Which branches of the deciders the simulated worlds take.
@NullMarked
package dev.tombolo.bench.simulation.coverage;

import org.jspecify.annotations.NullMarked;
