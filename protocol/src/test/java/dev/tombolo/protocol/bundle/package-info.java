@NullMarked
package dev.tombolo.protocol.bundle;

import org.jspecify.annotations.NullMarked;
