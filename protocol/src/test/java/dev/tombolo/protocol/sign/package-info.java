@NullMarked
package dev.tombolo.protocol.sign;

import org.jspecify.annotations.NullMarked;
