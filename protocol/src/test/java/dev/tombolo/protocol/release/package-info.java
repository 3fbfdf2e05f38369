@NullMarked
package dev.tombolo.protocol.release;

import org.jspecify.annotations.NullMarked;
