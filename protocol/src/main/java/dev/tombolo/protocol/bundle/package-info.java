/// The bundle: one file that takes a device from one release, or from nothing, to another. Its
/// table, its segments and how they are coded; bytes in, bytes out.
@NullMarked
package dev.tombolo.protocol.bundle;

import org.jspecify.annotations.NullMarked;
