/// The agent's store in one SQLite database, `agent.db`: one writer, and readers beside it.
@NullMarked
package dev.tombolo.agent.sqlite;

import org.jspecify.annotations.NullMarked;
