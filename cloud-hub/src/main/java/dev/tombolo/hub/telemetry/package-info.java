/// What the hub tells about itself at `/metrics`, by Micrometer in Prometheus' format.
@NullMarked
package dev.tombolo.hub.telemetry;

import org.jspecify.annotations.NullMarked;
