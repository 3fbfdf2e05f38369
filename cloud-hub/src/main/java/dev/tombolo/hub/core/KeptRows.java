package dev.tombolo.hub.core;

/// How much of a log is there, and how many rows have been dropped since the hub was made.
public record KeptRows(long rows, long bytes, long gone) {}
