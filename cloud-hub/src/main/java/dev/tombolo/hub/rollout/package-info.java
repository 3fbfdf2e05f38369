/// Moves a set of devices to a release in waves: who is in which wave, when the next one opens, and
/// who may switch now. Decides only.
@NullMarked
package dev.tombolo.hub.rollout;

import org.jspecify.annotations.NullMarked;
