/// Operators' commands and the objects they apply.
@NullMarked
package dev.tombolo.hub.core.admin;

import org.jspecify.annotations.NullMarked;
