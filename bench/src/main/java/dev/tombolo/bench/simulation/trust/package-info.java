/// Keys and signatures of a simulated world: repeatable, and cheap where a seed needs thousands.
@NullMarked
package dev.tombolo.bench.simulation.trust;

import org.jspecify.annotations.NullMarked;
