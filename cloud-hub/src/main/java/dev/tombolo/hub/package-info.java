/// The cloud side: decides what every device should be, and tells it.
@NullMarked
package dev.tombolo.hub;

import org.jspecify.annotations.NullMarked;
