/// The people who may operate the hub.
@NullMarked
package dev.tombolo.hub.user;

import org.jspecify.annotations.NullMarked;
