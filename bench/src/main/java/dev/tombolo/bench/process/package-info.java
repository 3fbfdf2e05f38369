/// Real processes of the two distributions, for the demo, the benches and the end-to-end tests.
@NullMarked
package dev.tombolo.bench.process;

import org.jspecify.annotations.NullMarked;
