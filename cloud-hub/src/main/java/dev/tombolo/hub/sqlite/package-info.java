/// The hub's state in one SQLite database: one writer, and readers beside it.
@NullMarked
package dev.tombolo.hub.sqlite;

import org.jspecify.annotations.NullMarked;
