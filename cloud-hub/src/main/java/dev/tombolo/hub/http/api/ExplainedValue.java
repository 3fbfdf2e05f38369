package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One value of a device.
///
/// @param path `APPLICATION.release` or `APPLICATION.parameters.NAME`, `line.bandwidth`
/// @param value what the device is given; null when it is given none
/// @param chain who says what; the first one counts, each was overridden by the one before it
@Json
public record ExplainedValue(String path, @Nullable String value, List<ExplainedLink> chain) {
  public ExplainedValue {
    chain = List.copyOf(chain);
  }
}
