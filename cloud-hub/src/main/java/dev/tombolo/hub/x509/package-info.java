/// The hub's certificate authority and document key, by BouncyCastle and the JDK; keys live in the
/// folder `ca/`, mode 0600.
@NullMarked
package dev.tombolo.hub.x509;

import org.jspecify.annotations.NullMarked;
