/// Why something is as it is: a sealed set of reasons, each naming its cause.
@NullMarked
package dev.tombolo.protocol.reason;

import org.jspecify.annotations.NullMarked;
