/// What a device should be: layers of settings become sections, sections a signed document.
@NullMarked
package dev.tombolo.hub.desired;

import org.jspecify.annotations.NullMarked;
