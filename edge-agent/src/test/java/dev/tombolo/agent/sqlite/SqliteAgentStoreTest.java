package dev.tombolo.agent.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteAgentStoreTest extends AgentStoreContract {
  @TempDir Path data = Path.of("unset");
  private @Nullable SqliteAgentStore store;

  @BeforeEach
  void join() throws IOException {
    store = SqliteAgentStore.create(data, ENROLMENT);
  }

  @AfterEach
  void close() {
    java.util.Objects.requireNonNull(store).close();
  }

  @Override
  protected AgentStore store() {
    return java.util.Objects.requireNonNull(store);
  }

  @Override
  protected AgentStore reopened() {
    close();
    try {
      store = SqliteAgentStore.open(data, notice -> {});
      return store;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data + "/agent.db");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// I8: its whole files are no secret.
  @Test
  void aDownloadOfAnAgentThatKnewNoBundlesHasACause() throws MalformedException {
    ReleaseState.Fetching at =
        new ReleaseState.Fetching(SECOND, Optional.of(FIRST), new Route.ByFiles(Optional.empty()));
    var application = new AgentSnapshot.Application(new Name("people"), at, 77);
    String before = StateText.write(application).replaceAll(",\"route\":\\{[^}]*}", "");
    assertThat(before).doesNotContain("route");

    assertThat(StateText.read(before))
        .isInstanceOfSatisfying(
            ReleaseState.Fetching.class, it -> assertThat(it.route().cause()).isPresent());
  }

  @Test
  void aBatchThatFailsLeavesNothingBehind() throws StoreException, SQLException {
    sql(
        "CREATE TRIGGER full BEFORE INSERT ON security_floor"
            + " BEGIN SELECT RAISE(ABORT, 'no room'); END");

    assertThatThrownBy(
            () ->
                store()
                    .commit(
                        List.of(
                            new AgentChange.ConnectCounted(9),
                            new AgentChange.SecurityFloorRaised(new Name("a"), 1))))
        .isInstanceOf(StoreException.class);

    assertThat(store().load().connects()).isZero();
    store().commit(List.of(new AgentChange.ConnectCounted(10)));
    assertThat(reopened().load().connects()).isEqualTo(10);
  }

  @Test
  void aFullDatabaseIsToldAsADiskThatIsFull() throws SQLException {
    try (SqliteAgentStore small = reopenedWithFewPages()) {
      assertThatThrownBy(
              () ->
                  small.commit(List.of(new AgentChange.DocumentKeyTrusted("x".repeat(10_000_000)))))
          .isInstanceOfSatisfying(
              StoreException.class,
              it -> assertThat(it.reason()).isInstanceOf(Reason.DiskFull.class));
    }
  }

  /// On a full disk SQLite may end the whole transaction by itself, which a trigger can do too.
  @Test
  void afterATransactionThatTheDatabaseEndedTheNextOneIsWholeAgain()
      throws SQLException, StoreException {
    AgentChange first = new AgentChange.SecurityFloorRaised(new Name("people"), 3);
    AgentChange second = new AgentChange.ConnectCounted(7);
    sql(
        "CREATE TRIGGER ended BEFORE UPDATE ON mark"
            + " BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END");
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> store().commit(List.of(first, second)))
          .isInstanceOf(StoreException.class);
      assertThat(store().load().securityFloors()).as("all or nothing").isEmpty();
    }

    sql("DROP TRIGGER ended");
    store().commit(List.of(first, second));

    assertThat(store().load().securityFloors()).hasSize(1);
    assertThat(store().load().connects()).isEqualTo(7);
  }

  @Test
  void afterAFullDiskItCommitsAgainAndNothingOfTheFailedBatchesIsThere()
      throws StoreException, SQLException {
    try (SqliteAgentStore small = reopenedWithFewPages()) {
      for (int i = 0; i < 3; i++) {
        List<AgentChange> tooMuch =
            List.of(
                new AgentChange.ConnectCounted(500 + i),
                new AgentChange.SectionKept(new Section("place", "x".repeat(1_000_000))),
                new AgentChange.ConnectCounted(600 + i));
        assertThatThrownBy(() -> small.commit(tooMuch))
            .isInstanceOfSatisfying(
                StoreException.class,
                it -> assertThat(it.reason()).isInstanceOf(Reason.DiskFull.class));
      }
      small.limitPages(1_000_000);

      small.commit(List.of(new AgentChange.ConnectCounted(3)));

      assertThat(small.load().connects()).isEqualTo(3);
      assertThat(small.load().sections()).isEmpty();
    }
    assertThat(reopened().load().connects()).isEqualTo(3);
  }

  @Test
  void aQueryThatFailedOnceWorksAgain() throws StoreException, SQLException {
    store().commit(List.of(row(1, OutboxEntry.Kind.EVENT, null)));
    assertThat(store().after(0, 10, 1000)).hasSize(1);
    store().load();
    sql("ALTER TABLE outbox RENAME TO elsewhere");
    assertThatThrownBy(() -> store().after(0, 10, 1000)).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> store().load()).isInstanceOf(StoreException.class);
    sql("ALTER TABLE elsewhere RENAME TO outbox");

    assertThat(store().after(0, 10, 1000)).hasSize(1);
    assertThat(store().load().nextSequence()).isEqualTo(2);
  }

  @Test
  void sectionsInForceOutliveABatchThatFailedAfterReplacingThem()
      throws StoreException, SQLException {
    Section section = new Section("place", "in force");
    Section other = new Section("place", "never in force");
    store()
        .commit(
            List.of(
                new AgentChange.SectionKept(section),
                new AgentChange.DocumentHeld(document(1, section))));
    sql(
        "CREATE TRIGGER full BEFORE INSERT ON security_floor"
            + " BEGIN SELECT RAISE(ABORT, 'no room'); END");
    assertThatThrownBy(
            () ->
                store()
                    .commit(
                        List.of(
                            new AgentChange.DocumentHeld(document(2, other)),
                            new AgentChange.SecurityFloorRaised(new Name("a"), 1))))
        .isInstanceOf(StoreException.class);

    store().commit(List.of(new AgentChange.DocumentPending(document(3, other))));

    assertThat(store().load().sections()).containsExactly(section);
  }

  @Test
  void rowsBehindManyThatDoNotReadAreStillSent() throws StoreException, SQLException {
    for (long sequence = 1; sequence <= 5; sequence++) {
      store().commit(List.of(row(sequence, OutboxEntry.Kind.EVENT, null)));
    }
    sql("UPDATE outbox SET body = 'damaged' WHERE sequence < 5");

    assertThat(store().after(0, 2, 1000)).extracting(Report.Row::sequence).containsExactly(5L);
  }

  @Test
  void aRowThatIsNoDigestFailsTheBatchAndNotTheLoop() throws SQLException {
    sql("INSERT INTO section (digest, name, text) VALUES ('damaged', 'place', 'x')");

    assertThatThrownBy(() -> store().commit(List.of(new AgentChange.DocumentHeld(document(1)))))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void theFirstCommitOfAStartMayUseTheReserveAndItIsMadeAgain() throws StoreException {
    store().commit(List.of(new AgentChange.ConnectCounted(1)));
    assertThat(data.resolve(DiskReserve.NAME)).exists();
    List<AgentChange> much =
        List.of(new AgentChange.SectionKept(new Section("place", "x".repeat(1_000_000))));
    try (SqliteAgentStore small = reopenedWithFewPages()) {
      assertThatThrownBy(() -> small.commit(much)).isInstanceOf(StoreException.class);
      assertThat(data.resolve(DiskReserve.NAME)).doesNotExist();
      small.limitPages(1_000_000);
      small.commit(much);
      assertThat(data.resolve(DiskReserve.NAME)).hasSize(DiskReserve.BYTES);

      small.limitPages(100);
      assertThatThrownBy(
              () ->
                  small.commit(
                      List.of(
                          new AgentChange.SectionKept(
                              new Section("place", "y".repeat(1_000_000))))))
          .isInstanceOf(StoreException.class);
      assertThat(data.resolve(DiskReserve.NAME)).as("once it runs it leaves it alone").exists();
    }
  }

  private SqliteAgentStore reopenedWithFewPages() {
    SqliteAgentStore reopened = (SqliteAgentStore) reopened();
    reopened.limitPages(100);
    return reopened;
  }

  @Test
  void theDatabaseOfANewerAgentIsRefusedAndLeftAlone() throws SQLException {
    close();
    sql("PRAGMA user_version = 99");

    assertThatThrownBy(() -> SqliteAgentStore.open(data, notice -> {}))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("newer agent")
        .hasMessageContaining("99");
    assertThatThrownBy(() -> StatusReader.read(data)).hasMessageContaining("newer agent");
  }

  @Test
  void aFolderWithoutADeviceSaysHowToJoin(@TempDir Path empty) {
    assertThatThrownBy(() -> SqliteAgentStore.open(empty, notice -> {}))
        .hasMessageContaining("tombolo-agent enroll");
  }

  @Test
  void joiningAgainKeepsWhatIsThere() throws IOException, StoreException {
    store().commit(List.of(new AgentChange.ConnectCounted(5)));
    close();

    store = SqliteAgentStore.create(data, ENROLMENT);

    assertThat(store().load().connects()).isEqualTo(5);
  }

  @Test
  void theStatusIsReadBesideARunningAgent() throws IOException, StoreException {
    ReportBody.State state =
        new ReportBody.State(null, 4, List.of(), List.of(new Reason.UpToDate()), Map.of());
    store()
        .commit(
            List.of(
                new AgentChange.StatusKept(state, 99),
                new AgentChange.LinkNoted(false, 5, new Reason.LineDown(5, "cut"))));

    StatusReader.Status status = StatusReader.read(data);

    assertThat(status.enrolment()).isEqualTo(ENROLMENT);
    assertThat(status.state()).contains(state);
    assertThat(status.lineUp()).isFalse();
    assertThat(status.lineCause()).contains(new Reason.LineDown(5, "cut"));
    assertThat(StatusReader.check(data)).isEqualTo("ok");
  }
}
