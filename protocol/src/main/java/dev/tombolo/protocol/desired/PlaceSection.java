package dev.tombolo.protocol.desired;

import dev.tombolo.protocol.id.Name;
import org.jspecify.annotations.Nullable;

/// Where the device stands.
///
/// @param timeZone IANA zone name of the site
public record PlaceSection(
    Name fleet, Name site, Name slot, @Nullable String displayName, String timeZone) {}
