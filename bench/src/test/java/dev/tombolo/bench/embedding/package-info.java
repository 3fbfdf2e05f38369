/// Claims about the demo's workload.
@NullMarked
package dev.tombolo.bench.embedding;

import org.jspecify.annotations.NullMarked;
