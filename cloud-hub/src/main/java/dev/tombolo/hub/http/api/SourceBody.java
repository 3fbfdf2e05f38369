package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import java.util.Objects;

/// `spec.source.gitRepository` of an Application.
@Json
public record SourceBody(String url, String branch, String path, long intervalMillis) {
  public SourceBody {
    Objects.requireNonNull(url, "url is missing");
    Objects.requireNonNull(branch, "branch is missing");
    Objects.requireNonNull(path, "path is missing");
  }
}
