package dev.tombolo.hub.desired;

/// What a fleet or a site says of when its devices may download and switch.
///
/// @param object as people write it, `site store-117`
public record TimesLayer(LayerKind kind, String object, SiteTimes times, Given given) {}
