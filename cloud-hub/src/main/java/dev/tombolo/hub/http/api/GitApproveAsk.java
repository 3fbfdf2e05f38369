package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Body of `POST /api/v1/gitops/FLEET/APPLICATION/approve`.
///
/// @param commit that was looked at; another one is not let in
@Json
public record GitApproveAsk(String commit, @Nullable String typedName) {
  public GitApproveAsk {
    commit = commit == null ? "" : commit;
  }
}
