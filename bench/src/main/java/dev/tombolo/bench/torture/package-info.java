/// Faults on real processes under steady change, and what must hold after each.
@NullMarked
package dev.tombolo.bench.torture;

import org.jspecify.annotations.NullMarked;
