/// Stores of hub and agent with a disk that can be full and a process that can die at a commit.
@NullMarked
package dev.tombolo.bench.simulation.store;

import org.jspecify.annotations.NullMarked;
