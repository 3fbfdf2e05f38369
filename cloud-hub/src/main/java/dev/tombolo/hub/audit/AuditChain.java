package dev.tombolo.hub.audit;

import dev.tombolo.protocol.id.Digest;
import org.jspecify.annotations.Nullable;

/// How audit records are chained. A record's hash is SHA-256 over its fields in order (sequence,
/// millis, principal, action, subject, before, after, previous), each written as its length in
/// UTF-16 units, `:`, its text, and `\n`, so that no two different records have the same text.
public final class AuditChain {
  /// What the first record names as the hash before it.
  public static final String BEGINNING = "0".repeat(64);

  private AuditChain() {}

  /// The record that follows `last`.
  public static AuditRecord next(@Nullable AuditRecord last, AuditLine line, long millis) {
    long sequence = last == null ? 1 : last.sequence() + 1;
    String previous = last == null ? BEGINNING : last.hash();
    AuditRecord open =
        new AuditRecord(
            sequence,
            millis,
            line.principal(),
            line.action(),
            line.subject(),
            line.before(),
            line.after(),
            previous,
            "");
    return new AuditRecord(
        sequence,
        millis,
        line.principal(),
        line.action(),
        line.subject(),
        line.before(),
        line.after(),
        previous,
        hashOf(open));
  }

  /// The hash a record with these fields must have.
  public static String hashOf(AuditRecord record) {
    StringBuilder text = new StringBuilder(256);
    field(text, Long.toString(record.sequence()));
    field(text, Long.toString(record.millis()));
    field(text, record.principal());
    field(text, record.action());
    field(text, record.subject());
    field(text, record.before());
    field(text, record.after());
    field(text, record.previous());
    return Digest.ofText(text.toString()).hex();
  }

  private static void field(StringBuilder text, String value) {
    text.append(value.length()).append(':').append(value).append('\n');
  }
}
