/// The desired document: a signed manifest of content-addressed sections.
@NullMarked
package dev.tombolo.protocol.desired;

import org.jspecify.annotations.NullMarked;
