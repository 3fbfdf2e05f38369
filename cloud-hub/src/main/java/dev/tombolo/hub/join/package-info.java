/// Who may join: join tokens, their uses, and the slot a new device takes.
@NullMarked
package dev.tombolo.hub.join;

import org.jspecify.annotations.NullMarked;
