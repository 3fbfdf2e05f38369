package dev.tombolo.hub.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditVerifyTest {
  private final List<AuditRecord> chain = chain(20);

  @Test
  void aWholeChainHolds() {
    AuditVerify verify = verify(chain);

    assertThat(verify.broken()).isNull();
    assertThat(verify.count()).isEqualTo(20);
    assertThat(verify.head()).isEqualTo(chain.getLast().hash());
  }

  @Test
  void anyChangedFieldIsFound() {
    AuditRecord r = chain.get(9);
    List<AuditRecord> altered =
        List.of(
            copy(r, r.millis() + 1, r.principal(), r.subject(), r.after(), r.hash()),
            copy(r, r.millis(), "user:mallory", r.subject(), r.after(), r.hash()),
            copy(r, r.millis(), r.principal(), "another", r.after(), r.hash()),
            copy(r, r.millis(), r.principal(), r.subject(), "{}", r.hash()),
            copy(r, r.millis(), r.principal(), r.subject(), r.after(), "00"));
    for (AuditRecord record : altered) {
      List<AuditRecord> broken = new ArrayList<>(chain);
      broken.set(9, record);

      assertThat(brokenAt(broken)).isEqualTo(10);
    }
  }

  @Test
  void aRecordRehashedAfterAChangeIsFoundAtTheNext() {
    AuditRecord r = chain.get(9);
    AuditRecord open = copy(r, r.millis(), "user:mallory", r.subject(), r.after(), "");
    List<AuditRecord> broken = new ArrayList<>(chain);
    broken.set(
        9, copy(r, r.millis(), "user:mallory", r.subject(), r.after(), AuditChain.hashOf(open)));

    assertThat(brokenAt(broken)).isEqualTo(11);
  }

  @Test
  void aMissingOrMovedRecordIsFound() {
    List<AuditRecord> shorter = new ArrayList<>(chain);
    shorter.remove(4);
    assertThat(brokenAt(shorter)).isEqualTo(5);

    List<AuditRecord> swapped = new ArrayList<>(chain);
    swapped.set(4, chain.get(5));
    swapped.set(5, chain.get(4));
    assertThat(brokenAt(swapped)).isEqualTo(5);
    assertThat(brokenAt(chain.subList(1, 20))).isEqualTo(1);
  }

  @Test
  void fieldsCannotBeShiftedIntoEachOther() {
    AuditRecord one = AuditChain.next(null, new AuditLine("ab", "c", "", "", ""), 1);
    AuditRecord other = AuditChain.next(null, new AuditLine("a", "bc", "", "", ""), 1);

    assertThat(one.hash()).isNotEqualTo(other.hash());
  }

  private static long brokenAt(List<AuditRecord> records) {
    AuditVerify.Broken broken = verify(records).broken();
    return broken == null ? -1 : broken.sequence();
  }

  private static AuditVerify verify(List<AuditRecord> records) {
    AuditVerify verify = new AuditVerify();
    records.forEach(verify::take);
    return verify;
  }

  private static List<AuditRecord> chain(int length) {
    List<AuditRecord> records = new ArrayList<>();
    @Nullable AuditRecord last = null;
    for (int i = 0; i < length; i++) {
      last = AuditChain.next(last, new AuditLine("user:a", "assign", "s" + i, "", "{\"n\":1}"), i);
      records.add(last);
    }
    return records;
  }

  private static AuditRecord copy(
      AuditRecord r, long millis, String principal, String subject, String after, String hash) {
    return new AuditRecord(
        r.sequence(),
        millis,
        principal,
        r.action(),
        subject,
        r.before(),
        after,
        r.previous(),
        hash);
  }
}
