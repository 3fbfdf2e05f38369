@NullMarked
package dev.tombolo.hub.rollout;

import org.jspecify.annotations.NullMarked;
