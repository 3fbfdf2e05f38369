package dev.tombolo.hub.http.api;

import io.avaje.jsonb.Json;

/// Why a repository, or its newest commit, is not taken.
///
/// @param commit empty: it could not be fetched
/// @param file in the repository; empty: it is about no one file
/// @param line from 1; 0: the whole file
@Json
public record GitFaultRow(String commit, String what, String file, int line, long millis) {}
