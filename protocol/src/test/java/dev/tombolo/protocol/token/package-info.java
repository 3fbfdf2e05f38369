@NullMarked
package dev.tombolo.protocol.token;

import org.jspecify.annotations.NullMarked;
