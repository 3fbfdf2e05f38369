/// Tests of putting kits together.
@NullMarked
package dev.tombolo.hub.cli.kit;

import org.jspecify.annotations.NullMarked;
