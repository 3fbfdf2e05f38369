package dev.tombolo.hub.audit;

/// What there is to record, before it has its place in the chain. `before` and `after` are JSON
/// with secrets already redacted, or empty.
public record AuditLine(
    String principal, String action, String subject, String before, String after) {}
