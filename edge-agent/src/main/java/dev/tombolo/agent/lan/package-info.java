/// Serves what this device has, or fetches, to the other devices of its site.
@NullMarked
package dev.tombolo.agent.lan;

import org.jspecify.annotations.NullMarked;
