package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// Whether the audit chain is whole.
///
/// @param head hash of the newest record, to compare with one written down elsewhere
/// @param brokenAt sequence of the first record that does not fit
@Json
public record AuditVerdict(
    boolean isWhole, long records, String head, @Nullable Long brokenAt, @Nullable String detail) {}
