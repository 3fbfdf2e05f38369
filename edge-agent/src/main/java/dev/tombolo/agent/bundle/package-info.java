/// Applies bundles: a base and a bundle in, the new file or folder out, each byte checked before it
/// is there under its name. The running agent never loads this; it is work for a process of its
/// own.
@NullMarked
package dev.tombolo.agent.bundle;

import org.jspecify.annotations.NullMarked;
