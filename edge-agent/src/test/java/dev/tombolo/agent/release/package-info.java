/// Releases on probation and their probes.
@NullMarked
package dev.tombolo.agent.release;

import org.jspecify.annotations.NullMarked;
