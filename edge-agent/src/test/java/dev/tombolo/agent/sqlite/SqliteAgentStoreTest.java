package dev.tombolo.agent.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentStore;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
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
      store = SqliteAgentStore.open(data);
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

  private SqliteAgentStore reopenedWithFewPages() {
    SqliteAgentStore reopened = (SqliteAgentStore) reopened();
    reopened.limitPages(100);
    return reopened;
  }

  @Test
  void theDatabaseOfANewerAgentIsRefusedAndLeftAlone() throws SQLException {
    close();
    sql("PRAGMA user_version = 99");

    assertThatThrownBy(() -> SqliteAgentStore.open(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("newer agent")
        .hasMessageContaining("99");
    assertThatThrownBy(() -> StatusReader.read(data)).hasMessageContaining("newer agent");
  }

  @Test
  void aFolderWithoutADeviceSaysHowToJoin(@TempDir Path empty) {
    assertThatThrownBy(() -> SqliteAgentStore.open(empty))
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
