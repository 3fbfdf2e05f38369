package dev.tombolo.agent.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private static final Name PEOPLE = new Name("people");
  private static final Name QUEUE = new Name("queue");
  private static final OutboxQuota QUOTA = new OutboxQuota(2, 10, 1_000, 25);

  private final TreeMap<Long, Report.Row> disk = new TreeMap<>();
  private final TreeMap<Long, OutboxEntry> entries = new TreeMap<>();
  private Outbox outbox = new Outbox(QUOTA, "run-1", 1, new WaitingRows(0));

  private void write(OutboxChange change) {
    switch (change) {
      case OutboxChange.Appended(var entry, var row) -> {
        disk.put(entry.sequence(), row);
        entries.put(entry.sequence(), entry);
      }
      case OutboxChange.Removed(var sequence) -> remove(sequence);
      case OutboxChange.ResultsRemoved(var channel, var from, var through) ->
          List.copyOf(entries.subMap(from, true, through, true).values()).stream()
              .filter(it -> channel.equals(it.channel()) && it.kind() == OutboxEntry.Kind.RESULT)
              .forEach(it -> remove(it.sequence()));
      case OutboxChange.Acknowledged(var through) ->
          List.copyOf(entries.headMap(through, true).values()).stream()
              .filter(it -> it.kind() == OutboxEntry.Kind.STATE)
              .forEach(it -> remove(it.sequence()));
      case OutboxChange.LostByHub _ -> {}
      case OutboxChange.Forgotten(var through) -> {
        disk.headMap(through, true).clear();
        entries.headMap(through, true).clear();
      }
    }
  }

  private void remove(long sequence) {
    disk.remove(sequence);
    entries.remove(sequence);
  }

  private List<Report.Row> read(long sequence, int rowsMax, int bytesMax) {
    List<Report.Row> rows = new ArrayList<>(disk.tailMap(sequence, false).values());
    return rows.subList(0, Math.min(rows.size(), Math.min(rowsMax, 2)));
  }

  private Outbox.Taken result(Name channel, String json) {
    return outbox.result(channel, json, 0, 0, this::write);
  }

  private void event(String what) {
    outbox.event(new ReportBody.Happened(what, null, null, null), 0, 0, this::write);
  }

  private void state(long revision) {
    outbox.state(
        new ReportBody.State(null, revision, List.of(), List.of(), Map.of()), 0, 0, this::write);
  }

  private List<Long> sendAll(long nowMillis) {
    List<Long> sent = new ArrayList<>();
    long publication = nowMillis;
    List<Report.Row> next = outbox.sending().next(this::read, nowMillis);
    while (!next.isEmpty()) {
      publication++;
      next.forEach(row -> sent.add(row.sequence()));
      outbox.sending().sent(publication, next.getLast().sequence());
      outbox.sending().published(publication);
      next = outbox.sending().next(this::read, nowMillis);
    }
    return sent;
  }

  @Test
  void onlyTheNewestStateWaits() {
    state(1);
    event("booted");
    state(2);
    state(3);

    assertThat(disk.values()).hasSize(2);
    assertThat(disk.lastEntry().getValue().body())
        .isInstanceOfSatisfying(
            ReportBody.State.class, it -> assertThat(it.revision()).isEqualTo(3));
    assertThat(disk.lastKey()).isEqualTo(4);
  }

  @Test
  void rowsAreForgottenOnlyWhenTheHubHasThem() {
    event("one");
    event("two");
    outbox.sending().lineOpened(0);

    assertThat(sendAll(0)).containsExactly(1L, 2L);
    assertThat(disk).hasSize(2);
    outbox.acked(1, null, 0).forEach(this::write);
    assertThat(disk).containsOnlyKeys(2L);
  }

  @Test
  void aNewLineSendsAgainFromTheLowestRowNotAcknowledged() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    outbox.acked(2, null, 0).forEach(this::write);

    outbox.sending().lineClosed();
    assertThat(sendAll(10)).isEmpty();
    outbox.sending().lineOpened(20);

    assertThat(sendAll(20)).containsExactly(3L, 4L, 5L);
  }

  @Test
  void noMoreThanAWindowIsOnItsWay() {
    for (int i = 0; i < 50; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    int reports = 0;
    List<Report.Row> next = outbox.sending().next(this::read, 0);
    while (!next.isEmpty()) {
      reports++;
      outbox.sending().sent(reports, next.getLast().sequence());
      next = outbox.sending().next(this::read, 0);
    }
    assertThat(reports).isEqualTo(Sending.WINDOW_MAX);

    // A broker's, which may drop it yet.
    outbox.sending().published(1);
    assertThat(outbox.sending().next(this::read, 0)).isEmpty();

    outbox.acked(2, null, 0).forEach(this::write);
    assertThat(outbox.sending().next(this::read, 0)).isNotEmpty();
  }

  @Test
  void aReportFollowsOnTheLastRowThatWentOut() {
    state(1);
    outbox.sending().lineOpened(0);
    assertThat(outbox.sending().saidThrough()).isZero();
    sendAll(0);
    assertThat(outbox.sending().saidThrough()).isEqualTo(1);

    state(2);
    state(3);
    outbox.sending().next(this::read, 0);
    assertThat(outbox.sending().saidThrough()).isEqualTo(1);
    outbox.acked(1, null, 0).forEach(this::write);
    assertThat(sendAll(0)).containsExactly(3L);
    assertThat(outbox.sending().saidThrough()).isEqualTo(3);

    outbox.sending().lineOpened(10);
    assertThat(outbox.sending().saidThrough()).isEqualTo(1);
  }

  @Test
  void whatTheHubDoesNotAcknowledgeInTimeIsSentOnceMore() {
    event("one");
    outbox.sending().lineOpened(0);
    assertThat(sendAll(0)).containsExactly(1L);

    assertThat(sendAll(Sending.ACKED_WAIT_MAX_MILLIS - 1)).isEmpty();
    assertThat(sendAll(Sending.ACKED_WAIT_MAX_MILLIS)).containsExactly(1L);
  }

  @Test
  void beyondItsQuotaAChannelDropsTheOldestAndCountsThem() {
    for (int i = 0; i < 25; i++) {
      assertThat(result(PEOPLE, "{\"n\":" + i + "}")).isInstanceOf(Outbox.Taken.Kept.class);
    }

    long kept = disk.values().stream().filter(it -> it.body() instanceof ReportBody.Result).count();
    List<ReportBody.Dropped> drops = new ArrayList<>();
    for (Report.Row row : disk.values()) {
      if (row.body() instanceof ReportBody.Dropped dropped) {
        drops.add(dropped);
      }
    }
    assertThat(drops).hasSize(1);
    assertThat(kept + drops.getFirst().count()).isEqualTo(25);
    assertThat(kept).isLessThanOrEqualTo(QUOTA.rowsMax());
    assertThat(drops.getFirst().fromSequence()).isEqualTo(1);
    assertThat(disk.values().stream().filter(it -> it.body() instanceof ReportBody.Result))
        .last()
        .satisfies(
            it -> assertThat(it.body()).isEqualTo(new ReportBody.Result(PEOPLE, "{\"n\":24}")));
  }

  @Test
  void aNoticeOfDropsThatMayHaveBeenSentIsNotTakenBack() {
    for (int i = 0; i < 11; i++) {
      result(PEOPLE, "{}");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    for (int i = 0; i < 5; i++) {
      result(PEOPLE, "{}");
    }

    long counted = 0;
    long kept = 0;
    for (Report.Row row : disk.values()) {
      switch (row.body()) {
        case ReportBody.Dropped dropped -> counted += dropped.count();
        case ReportBody.Result _ -> kept++;
        case ReportBody.State _, ReportBody.Happened _ -> {}
      }
    }
    assertThat(counted + kept).isEqualTo(16);
  }

  @Test
  void aFullChannelLeavesOthersAndEventsAlone() {
    event("booted");
    result(QUEUE, "{\"length\":3}");
    for (int i = 0; i < 100; i++) {
      result(PEOPLE, "{}");
    }

    assertThat(disk.get(1L)).isNotNull();
    assertThat(disk.get(2L)).isNotNull();
  }

  @Test
  void allChannelsTogetherHaveABoundTooAndTheFullestGivesWay() {
    OutboxQuota tight = new OutboxQuota(3, 10, 1_000, 15);
    outbox = new Outbox(tight, "run-1", 1, new WaitingRows(0));
    Name till = new Name("till");
    result(QUEUE, "{}");
    for (int i = 0; i < 8; i++) {
      result(PEOPLE, "{}");
    }
    for (int i = 0; i < 9; i++) {
      result(till, "{}");
    }

    Map<Name, Integer> kept = new TreeMap<>(java.util.Comparator.comparing(Name::text));
    long dropped = 0;
    for (Report.Row row : disk.values()) {
      if (row.body() instanceof ReportBody.Result it) {
        kept.merge(it.channel(), 1, Integer::sum);
      } else if (row.body() instanceof ReportBody.Dropped it) {
        dropped += it.count();
      }
    }
    assertThat(kept.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(15);
    assertThat(kept).containsEntry(QUEUE, 1);
    assertThat(dropped).isEqualTo(3);
  }

  @Test
  void tooManyChannelsAndTooLargeResultsAreRefused() {
    result(PEOPLE, "{}");
    result(QUEUE, "{}");

    assertThat(result(new Name("third"), "{}")).isInstanceOf(Outbox.Taken.Refused.class);
    assertThat(result(PEOPLE, "x".repeat(Limits.REPORT_BODY_BYTES_MAX + 1)))
        .isInstanceOf(Outbox.Taken.Refused.class);
  }

  @Test
  void aRestartedAgentGoesOnWithTheNextSequenceAndTheSameQuota() {
    for (int i = 0; i < 9; i++) {
      result(PEOPLE, "{}");
    }
    outbox = new Outbox(QUOTA, "run-2", 10, WaitingRows.of(0, entries.values()));
    result(PEOPLE, "{}");
    result(PEOPLE, "{}");

    assertThat(disk.lastEntry().getValue().bootId()).isEqualTo("run-2");
    assertThat(disk.values()).anyMatch(it -> it.body() instanceof ReportBody.Dropped);
    assertThat(disk.firstKey()).isGreaterThan(1);
  }

  @Test
  void whatNoBackupOfTheHubHasIsKept() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);

    outbox.acked(4, 2L, 0).forEach(this::write);

    assertThat(disk).containsOnlyKeys(3L, 4L, 5L);
    assertThat(sendAll(1)).isEmpty();
    outbox.acked(5, 5L, 0).forEach(this::write);
    assertThat(disk).isEmpty();
  }

  @Test
  void aRestoredHubIsToldAgainWhatItLost() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    outbox.acked(5, 2L, 0).forEach(this::write);

    List<OutboxChange> changes = outbox.acked(2, 2L, 10);

    assertThat(changes).contains(new OutboxChange.LostByHub(2));
    assertThat(sendAll(10)).containsExactly(3L, 4L, 5L);
  }

  @Test
  void whatACopyOfTheDeviceHasWrittenIsNotWrittenOver() {
    event("mine");
    outbox.sending().lineOpened(0);
    sendAll(0);

    outbox.acked(7, null, 10).forEach(this::write);

    assertThat(outbox.leaveTo(7)).isTrue();
    event("mine again");
    assertThat(sendAll(20)).containsExactly(8L);
    assertThat(outbox.leaveTo(8)).isFalse();
  }

  @Test
  void aHubThatClaimsToHaveAllNumbersIsNotBelieved() {
    event("first");

    assertThat(outbox.leaveTo(Limits.INTEGER_MAX)).isFalse();

    event("second");
    assertThat(disk).containsOnlyKeys(1L, 2L);
  }

  @Test
  void nothingNewIsSaidOnANewLineBeforeTheHubHasSaidWhatItStillHas() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    outbox.acked(5, 2L, 0).forEach(this::write);
    outbox.sending().lineClosed();
    event("while it was restored");

    outbox.sending().lineOpened(1_000);
    assertThat(sendAll(1_000)).isEmpty();
    outbox.acked(3, 2L, 1_100).forEach(this::write);

    assertThat(sendAll(1_100)).containsExactly(4L, 5L, 6L);
  }

  @Test
  void aHubThatDoesNotSayWhatItHasIsToldTheLowestRowUntilItDoes() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    outbox.acked(5, 2L, 0).forEach(this::write);
    outbox.sending().lineClosed();
    event("another");

    outbox.sending().lineOpened(1_000);
    assertThat(sendAll(60_999)).isEmpty();

    assertThat(sendAll(61_000)).containsExactly(3L);
    event("meanwhile");
    assertThat(sendAll(180_999)).isEmpty();
    assertThat(sendAll(181_000)).containsExactly(3L);
    outbox.acked(3, 2L, 181_100).forEach(this::write);

    assertThat(sendAll(181_100)).containsExactly(4L, 5L, 6L, 7L);
  }

  @Test
  void aSilentHubIsAskedWithOneRowEverMoreRarely() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    assertThat(sendAll(0)).hasSize(5);

    List<Long> asked = new ArrayList<>();
    for (long now = 0; now <= 2_000_000; now += 1_000) {
      List<Long> sent = sendAll(now);
      if (!sent.isEmpty()) {
        assertThat(sent).containsExactly(1L);
        asked.add(now / 1_000);
      }
    }
    assertThat(asked).containsExactly(60L, 180L, 420L, 900L, 1_380L, 1_860L);

    outbox.acked(1, null, 2_000_000).forEach(this::write);
    assertThat(sendAll(2_000_000)).containsExactly(2L, 3L, 4L, 5L);
    assertThat(sendAll(2_060_000)).containsExactly(2L);
  }

  @Test
  void aHubThatHasAllIsToldTheNewOnly() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.sending().lineOpened(0);
    sendAll(0);
    outbox.acked(5, 2L, 0).forEach(this::write);
    event("another");

    outbox.sending().lineOpened(1_000);
    outbox.acked(5, 2L, 1_100).forEach(this::write);

    assertThat(sendAll(1_100)).containsExactly(6L);
  }

  @Test
  void aRestartedAgentStillKeepsWhatNoBackupHas() {
    for (int i = 0; i < 5; i++) {
      event("event");
    }
    outbox.acked(5, 2L, 0).forEach(this::write);
    outbox = new Outbox(QUOTA, "run-2", 6, WaitingRows.of(5, entries.values()));
    outbox.sending().lineOpened(0);
    assertThat(sendAll(0)).isEmpty();

    outbox.acked(5, 4L, 0).forEach(this::write);

    assertThat(disk).containsOnlyKeys(5L);
  }

  @Test
  void onceTheHubGivesUpBackupsNothingIsKept() {
    event("one");
    event("two");
    outbox.acked(2, 0L, 0).forEach(this::write);
    assertThat(disk).hasSize(2);

    outbox.acked(2, null, 0).forEach(this::write);

    assertThat(disk).isEmpty();
  }

  @Test
  void whatIsKeptIsBounded() {
    keptToItsBound();

    assertThat(disk.size()).isLessThanOrEqualTo((int) KeptRows.ROWS_MAX);
    assertThat(disk.lastKey()).isEqualTo(2 * KeptRows.ROWS_MAX);
  }

  private void keptToItsBound() {
    for (long i = 1; i <= 2 * KeptRows.ROWS_MAX; i++) {
      event("event");
      if (i % 500 == 0) {
        outbox.acked(i, 0L, 0).forEach(this::write);
      }
    }
  }

  @Test
  void noRowIsForgottenThatARestoredHubHasNotTakenAgain() {
    keptToItsBound();
    long first = disk.firstKey();
    outbox.acked(10_000, 10_000L, 1).forEach(this::write);
    assertThat(disk.firstKey()).isEqualTo(first);

    for (long through = first + 499; through <= 2 * KeptRows.ROWS_MAX; through += 500) {
      outbox.acked(through, 10_000L, 2).forEach(this::write);
      assertThat(disk).as("acknowledged through %s", through).containsKey(through + 1 - 500);
    }

    assertThat(disk.firstKey()).isEqualTo(first);
    assertThat(disk.lastKey()).isEqualTo(2 * KeptRows.ROWS_MAX);
  }

  @Test
  void aRestartBetweenTheRestoreAndWhatIsSentAgainForgetsNothing() {
    keptToItsBound();
    long first = disk.firstKey();
    outbox.acked(10_000, 10_000L, 1).forEach(this::write);
    outbox =
        new Outbox(
            QUOTA, "run-2", 2 * KeptRows.ROWS_MAX + 1, WaitingRows.of(10_000, entries.values()));

    for (long through = first + 499; through <= 2 * KeptRows.ROWS_MAX; through += 500) {
      outbox.acked(through, 10_000L, 2).forEach(this::write);
    }

    assertThat(disk.firstKey()).isEqualTo(first);
  }

  @Test
  void whatTheHubLostAndTookAgainStillCountsWithItsBytes() {
    KeptRows kept = new KeptRows();
    kept.add(100, 100, KeptRows.BYTES_MAX / 2);
    kept.add(200, 100, KeptRows.BYTES_MAX / 2);
    kept.lost(100, 0);
    assertThat(kept.forgettable(0)).isZero();

    kept.add(200, 100, 0);
    kept.add(300, 100, 1);

    assertThat(kept.forgettable(0)).isEqualTo(100);
  }

  @Test
  void aStateIsNotKeptForItIsToldAgain() {
    state(1);
    event("one");
    outbox.acked(2, 0L, 0).forEach(this::write);

    assertThat(disk).containsOnlyKeys(2L);
  }
}
