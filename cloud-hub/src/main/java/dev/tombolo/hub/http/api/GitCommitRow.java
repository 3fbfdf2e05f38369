package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// A commit of an application's repository.
///
/// @param commit 40 hex digits
/// @param about its first line, and who wrote it
/// @param by who let it in; empty: nobody had to
@Json
public record GitCommitRow(String commit, String about, long millis, String by) {}
