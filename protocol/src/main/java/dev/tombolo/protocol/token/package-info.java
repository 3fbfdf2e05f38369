/// The join token: how it is written, checked and pinned.
@NullMarked
package dev.tombolo.protocol.token;

import org.jspecify.annotations.NullMarked;
