@NullMarked
package dev.tombolo.protocol.codec;

import org.jspecify.annotations.NullMarked;
