/// A release as its publisher signs it: files, workload, probes, parameters, per variant.
@NullMarked
package dev.tombolo.protocol.release;

import org.jspecify.annotations.NullMarked;
