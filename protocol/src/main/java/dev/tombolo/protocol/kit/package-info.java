/// The offline kit: one file that brings a shop without any line its documents and what they need.
@NullMarked
package dev.tombolo.protocol.kit;

import org.jspecify.annotations.NullMarked;
