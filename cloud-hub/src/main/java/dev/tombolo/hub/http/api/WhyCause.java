package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// One cause.
///
/// @param code of the reason, like `probe-failed`; or `gitops-pending`, `gitops-broken`,
///   `gitops-unreachable`
@Json
public record WhyCause(String code, String words) {}
