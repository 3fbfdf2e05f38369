/// What may run: the chain of publisher roots and the releases signed under it.
@NullMarked
package dev.tombolo.hub.release;

import org.jspecify.annotations.NullMarked;
