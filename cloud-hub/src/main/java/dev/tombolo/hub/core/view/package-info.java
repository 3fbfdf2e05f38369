/// What operators may read, as of the last commit.
@NullMarked
package dev.tombolo.hub.core.view;

import org.jspecify.annotations.NullMarked;
