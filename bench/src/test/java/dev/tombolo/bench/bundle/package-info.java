@NullMarked
package dev.tombolo.bench.bundle;

import org.jspecify.annotations.NullMarked;
