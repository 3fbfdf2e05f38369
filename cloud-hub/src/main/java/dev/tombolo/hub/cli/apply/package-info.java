/// Reads what `tombolo apply -f` is given.
@NullMarked
package dev.tombolo.hub.cli.apply;

import org.jspecify.annotations.NullMarked;
