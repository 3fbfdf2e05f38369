package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/// An application that comes out of Git.
///
/// @param state `new`, `applied`, `pending` (for a person), `waits` (for a rollout), `broken` or
///   `unreachable`
/// @param words the state in words
/// @param fetched the newest commit that was seen
/// @param applied the commit that counts
/// @param fault what is wrong; null: nothing is
/// @param lookedMillis when it was looked at last; 0: not since the hub was started
@Json
public record GitRow(
    String fleet,
    String application,
    String url,
    String branch,
    String path,
    long intervalMillis,
    String state,
    String words,
    @Nullable GitCommitRow fetched,
    @Nullable GitCommitRow applied,
    @Nullable GitFaultRow fault,
    long lookedMillis,
    long nextMillis) {}
