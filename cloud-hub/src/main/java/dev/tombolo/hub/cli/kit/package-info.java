/// Puts offline kits together.
@NullMarked
package dev.tombolo.hub.cli.kit;

import org.jspecify.annotations.NullMarked;
