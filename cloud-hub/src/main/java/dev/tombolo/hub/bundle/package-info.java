/// Makes bundles: reads two versions of a file or folder, finds what they have in common by the
/// tensors of model files and by content, and codes each segment in the way that gives the fewest
/// bytes.
@NullMarked
package dev.tombolo.hub.bundle;

import org.jspecify.annotations.NullMarked;
