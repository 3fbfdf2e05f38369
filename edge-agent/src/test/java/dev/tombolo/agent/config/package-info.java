/// The device's own settings.
@NullMarked
package dev.tombolo.agent.config;

import org.jspecify.annotations.NullMarked;
