/// Claims about the protocol, held against golden files, openssl and seeded rubbish.
@NullMarked
package dev.tombolo.protocol;

import org.jspecify.annotations.NullMarked;
