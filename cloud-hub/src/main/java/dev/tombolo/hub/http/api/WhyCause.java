package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// One cause.
///
/// @param code of the reason, like `probe-failed`
/// @param application that it is about; null: the device, or the words name it
@Json
public record WhyCause(String code, String words, @Nullable String application) {}
