package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;

/// What became of an object, or would.
///
/// @param action `created`, `changed`, `unchanged` or `removed`
/// @param generation after it
@Json
public record ObjectChangeRow(
    String object, String action, long generation, List<FieldChangeRow> fields) {
  public ObjectChangeRow {
    fields = List.copyOf(fields);
  }
}
