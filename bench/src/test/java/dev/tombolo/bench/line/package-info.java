/// Claims about the bad line.
@NullMarked
package dev.tombolo.bench.line;

import org.jspecify.annotations.NullMarked;
