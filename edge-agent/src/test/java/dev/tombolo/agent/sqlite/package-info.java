/// The store on a real disk.
@NullMarked
package dev.tombolo.agent.sqlite;

import org.jspecify.annotations.NullMarked;
