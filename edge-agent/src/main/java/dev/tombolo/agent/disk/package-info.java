/// Release folders and the file store: built, checked, switched and swept.
@NullMarked
package dev.tombolo.agent.disk;

import org.jspecify.annotations.NullMarked;
