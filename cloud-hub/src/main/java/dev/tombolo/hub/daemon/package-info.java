/// Wires the hub: makes every part with `new`, in order, and stops them in the opposite one.
@NullMarked
package dev.tombolo.hub.daemon;

import org.jspecify.annotations.NullMarked;
