/// The device's own settings, `agent.properties`: few, strict, all optional.
@NullMarked
package dev.tombolo.agent.config;

import org.jspecify.annotations.NullMarked;
