@NullMarked
package dev.tombolo.agent.window;

import org.jspecify.annotations.NullMarked;
