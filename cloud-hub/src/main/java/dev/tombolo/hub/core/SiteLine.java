package dev.tombolo.hub.core;

import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.protocol.id.Name;

/// How much of its line a site's devices may use together.
///
/// @param timeZone whose clock the hours are of
public record SiteLine(Name site, String timeZone, LineRules rules) {}
