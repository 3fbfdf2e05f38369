/// When a site may download and switch: weekly windows, opening hours and freeze dates in local
/// time, decided from what the desired document ships, without a time zone database. Pure.
@NullMarked
package dev.tombolo.protocol.window;

import org.jspecify.annotations.NullMarked;
