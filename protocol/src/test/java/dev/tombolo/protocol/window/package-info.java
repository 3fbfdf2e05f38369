@NullMarked
package dev.tombolo.protocol.window;

import org.jspecify.annotations.NullMarked;
