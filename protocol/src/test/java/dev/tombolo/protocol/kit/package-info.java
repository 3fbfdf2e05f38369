/// Tests of the offline kit.
@NullMarked
package dev.tombolo.protocol.kit;

import org.jspecify.annotations.NullMarked;
