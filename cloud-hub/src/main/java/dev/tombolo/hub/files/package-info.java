/// Release files on the hub's disk, each named by the SHA-256 of its content.
@NullMarked
package dev.tombolo.hub.files;

import org.jspecify.annotations.NullMarked;
