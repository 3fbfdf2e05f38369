/// What people write into files: strict YAML whose every mistake is told with file, line and field.
@NullMarked
package dev.tombolo.hub.config;

import org.jspecify.annotations.NullMarked;
