/// Decides which signed release a device accepts and walks it to live or back. Pure.
@NullMarked
package dev.tombolo.agent.release;

import org.jspecify.annotations.NullMarked;
