package dev.tombolo.hub.audit;

/// One line of the audit: who did what to what, chained to the line before.
///
/// @param sequence 1, 2, 3, ... without gaps
/// @param principal `user:alice`, `device:dev-...`, `hub`
/// @param before JSON or empty
/// @param after JSON or empty
/// @param previous hash of the record before; 64 zeros for the first
/// @param hash SHA-256, hex, as [AuditChain] defines it
public record AuditRecord(
    long sequence,
    long millis,
    String principal,
    String action,
    String subject,
    String before,
    String after,
    String previous,
    String hash) {}
