@NullMarked
package dev.tombolo.protocol.id;

import org.jspecify.annotations.NullMarked;
