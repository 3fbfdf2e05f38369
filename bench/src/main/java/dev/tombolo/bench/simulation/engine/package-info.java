/// What every simulated world is made of: virtual time, repeatable chance, the story, crashes.
@NullMarked
package dev.tombolo.bench.simulation.engine;

import org.jspecify.annotations.NullMarked;
