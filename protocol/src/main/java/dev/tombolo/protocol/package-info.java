/// What hub and agent promise each other: ids, messages, formats, signatures and limits. No I/O.
@NullMarked
package dev.tombolo.protocol;

import org.jspecify.annotations.NullMarked;
