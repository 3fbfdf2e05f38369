package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// One operation of a JSON Patch on the parameters of an application.
///
/// @param op `add`, `replace`, `remove`, `move`, `copy` or `test`
/// @param path `/parameters/NAME`
/// @param value as text; none with `remove`, `move` and `copy`
/// @param from `/parameters/NAME`, only with `move` and `copy`
@Json
public record PatchBody(String op, String path, @Nullable String value, @Nullable String from) {}
