package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A shop whose window is too short for its part of a rollout.
///
/// @param window `download` or `switch`
/// @param needsMillis that the window would have to be open at a stretch
/// @param windowMillis the longest it is open at a stretch; 0: it does not open
/// @param openings how often it has to open until all is done; 0: it never is
@Json
public record RolloutPreviewTooShort(
    String site, String window, long needsMillis, long windowMillis, int openings) {}
