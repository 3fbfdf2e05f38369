/// Bodies of the HTTPS calls by which a device gets and renews its certificate.
@NullMarked
package dev.tombolo.protocol.enrol;

import org.jspecify.annotations.NullMarked;
