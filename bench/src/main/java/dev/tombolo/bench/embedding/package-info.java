/// The demo's workload: a small embedding service over ONNX Runtime, its golden-set probe, and the
/// program that spoils a model. Knows nothing of Tombolo but the loopback URL it is given.
@NullMarked
package dev.tombolo.bench.embedding;

import org.jspecify.annotations.NullMarked;
