package dev.tombolo.hub.audit;

import org.jspecify.annotations.Nullable;

/// Walks an audit from its beginning, record by record, and finds the first that does not fit.
public final class AuditVerify {
  private @Nullable AuditRecord last;
  private @Nullable Broken broken;

  /// Where and how the chain is broken.
  public record Broken(long sequence, String detail) {}

  /// Takes the next record. False once the chain is broken; then the rest does not matter.
  public boolean take(AuditRecord record) {
    if (broken == null) {
      broken = check(last, record);
      last = record;
    }
    return broken == null;
  }

  public @Nullable Broken broken() {
    return broken;
  }

  /// How many records fitted.
  public long count() {
    AuditRecord end = last;
    if (end == null) {
      return 0;
    }
    return broken == null ? end.sequence() : broken.sequence() - 1;
  }

  /// The newest hash, to be compared with one that was written down elsewhere.
  public String head() {
    return last == null ? AuditChain.BEGINNING : last.hash();
  }

  private static @Nullable Broken check(@Nullable AuditRecord last, AuditRecord record) {
    long wanted = last == null ? 1 : last.sequence() + 1;
    if (record.sequence() != wanted) {
      return new Broken(wanted, "record " + wanted + " is missing");
    }
    String previous = last == null ? AuditChain.BEGINNING : last.hash();
    if (!record.previous().equals(previous)) {
      return new Broken(wanted, "it does not follow the record before it");
    }
    if (!record.hash().equals(AuditChain.hashOf(record))) {
      return new Broken(wanted, "its content does not match its hash");
    }
    return null;
  }
}
