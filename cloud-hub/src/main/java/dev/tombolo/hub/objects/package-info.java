/// Operators' objects as YAML, read for the command line and for what comes out of Git.
@NullMarked
package dev.tombolo.hub.objects;

import org.jspecify.annotations.NullMarked;
