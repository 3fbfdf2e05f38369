package dev.tombolo.hub.net;

import java.nio.file.Path;
import java.util.Optional;

/// How the edge port behaves.
///
/// @param port 0 takes any free port
/// @param acceptsPerSecond TCP connections taken; more wait in the kernel's queue
/// @param connectsPerMinute MQTT connects of one device; more are refused as busy
/// @param keepAliveMaxSeconds the longest silence a device may ask for
/// @param share folder with `install.sh` and `packages/`, given to anybody
public record EdgeSettings(
    String bind,
    int port,
    int acceptsPerSecond,
    int connectsPerMinute,
    int keepAliveMaxSeconds,
    Optional<Path> share) {}
