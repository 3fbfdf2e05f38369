@NullMarked
package dev.tombolo.protocol.desired;

import org.jspecify.annotations.NullMarked;
