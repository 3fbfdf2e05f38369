/// Identifiers and content addresses, each wrapped in its own type and checked where it is made.
@NullMarked
package dev.tombolo.protocol.id;

import org.jspecify.annotations.NullMarked;
