@NullMarked
package dev.tombolo.protocol.reason;

import org.jspecify.annotations.NullMarked;
