/// The core in a simulated shop: real deciders, a store and a world in memory.
@NullMarked
package dev.tombolo.agent.core;

import org.jspecify.annotations.NullMarked;
