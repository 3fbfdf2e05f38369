/// The only module that sees both sides: simulation, demo, load and end-to-end tests.
@NullMarked
package dev.tombolo.bench;

import org.jspecify.annotations.NullMarked;
