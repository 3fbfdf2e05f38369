/// Speaks with the hub's admin API.
@NullMarked
package dev.tombolo.hub.cli.client;

import org.jspecify.annotations.NullMarked;
