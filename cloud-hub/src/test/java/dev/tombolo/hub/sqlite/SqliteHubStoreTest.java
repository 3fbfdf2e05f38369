package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStoreContract;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.enrol.EnrolResponse;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteHubStoreTest extends HubStoreContract {
  @TempDir Path folder;
  private static final int PAGE_BYTES = 4096;

  private final List<HubStore> open = new ArrayList<>();

  @Override
  protected HubStore store() {
    return opened(folder.resolve("hub.db"));
  }

  /// A crash is simulated by what a killed process leaves: its files, as they are.
  @Override
  protected HubStore reopened() {
    Path copy = folder.resolve("after-crash-" + open.size() + ".db");
    SqliteFiles.copy(folder.resolve("hub.db"), copy);
    return opened(copy);
  }

  @AfterEach
  void close() {
    open.forEach(HubStore::close);
  }

  @Test
  void commitsAreSynchronous() throws SQLException {
    store();
    assertThat(read("PRAGMA journal_mode")).isEqualTo("wal");
    assertThat(read("PRAGMA user_version")).isEqualTo("" + Schema.newest());
  }

  @Test
  void aDatabaseOfANewerProgramIsRefusedAndLeftAlone() throws SQLException {
    store().close();
    open.clear();
    run("PRAGMA user_version = 99");
    // What it keeps there is not known.
    run("DROP TABLE history");

    assertThatThrownBy(() -> SqliteHubStore.open(folder.resolve("hub.db")))
        .isInstanceOf(DataFolderRefused.class)
        .hasMessageContaining("newer tombolo")
        .hasMessageContaining("schema 99");
    assertThat(read("PRAGMA user_version")).isEqualTo("99");
  }

  @Test
  void theAuditCannotBeChangedInPlace() throws SQLException {
    aWholeLife();

    assertThatThrownBy(() -> run("UPDATE audit SET principal = 'nobody' WHERE sequence = 1"))
        .hasMessageContaining("append-only");
    assertThatThrownBy(() -> run("DELETE FROM audit")).hasMessageContaining("append-only");
  }

  @Test
  void droppedRowsAndForgottenTokensLeaveNoRows() throws SQLException {
    whatWasForgottenStaysForgotten();

    for (String table :
        List.of(
            "results",
            "happened",
            "row_blocks",
            "tokens",
            "token_uses",
            "outbox_marks",
            "presences",
            "documents",
            "device_states",
            "certificates")) {
      assertThat(read("SELECT count(*) FROM " + table)).describedAs(table).isEqualTo("0");
    }
    assertThat(read("SELECT standing FROM devices")).isEqualTo("revoked");
    assertThat(Integer.parseInt(read("SELECT count(*) FROM audit"))).isPositive();
  }

  @Test
  void replacedCertificatesGoOnceTheyHaveRunOut() throws SQLException {
    HubStore store = store();
    Scene scene = Scene.ready(store);
    EnrolResponse first = scene.joined("counter");
    scene.tell(
        new HubEvent.RenewAsked(
            scene.number(), first.device(), Scene.serialOf(first), null, Scene.key("next"), "r"));
    scene.open(
        first.device(), read("SELECT serial FROM certificates WHERE generation = 'pending'"));
    assertThat(read("SELECT count(*) FROM certificates")).isEqualTo("2");

    scene.pass(Limits.CERTIFICATE_LIFE.minusDays(1));
    assertThat(read("SELECT count(*) FROM certificates")).isEqualTo("2");
    scene.pass(Duration.ofDays(2));

    assertThat(read("SELECT count(*) FROM certificates")).isEqualTo("1");
    assertThat(read("SELECT generation FROM certificates")).isEqualTo("current");
  }

  @Test
  void anOlderDatabaseGetsItsBlocks() throws SQLException {
    HubStore store = store();
    Scene scene = Scene.ready(store);
    EnrolResponse device = scene.joined("counter");
    SessionId line = scene.connected(device, scene.birth("boot-1", 1));
    for (int i = 1; i <= 300; i++) {
      scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(Scene.result(i)), 1));
    }
    store.close();
    open.clear();
    for (String sql :
        List.of(
            "DROP TABLE row_blocks",
            "DROP INDEX ended_certificates",
            "DROP INDEX current_certificates",
            "DROP INDEX sites_by_name",
            "DROP INDEX devices_by_place",
            "DROP INDEX assignments_of_site",
            "DROP INDEX releases_by_time",
            "DROP INDEX tokens_by_time",
            "DROP INDEX results_of_channel",
            "CREATE INDEX sites_of_fleet ON sites (fleet)",
            "DROP TABLE backups",
            "DROP TABLE strangers",
            "ALTER TABLE outbox_marks DROP COLUMN begun",
            "ALTER TABLE outbox_marks DROP COLUMN backed_up",
            "ALTER TABLE history DROP COLUMN backup_millis",
            "ALTER TABLE history DROP COLUMN restored_millis",
            "ALTER TABLE history DROP COLUMN commits",
            "DROP TABLE sync_policies",
            "DROP TABLE given_values",
            "ALTER TABLE presences DROP COLUMN lan",
            "ALTER TABLE presences DROP COLUMN lan_millis",
            "ALTER TABLE presences DROP COLUMN features",
            "ALTER TABLE sites DROP COLUMN times",
            "DROP TABLE window_lifts",
            "ALTER TABLE fleets DROP COLUMN line",
            "ALTER TABLE sites DROP COLUMN line",
            "DROP TABLE transfer_pauses",
            "DROP TABLE rollouts",
            "DROP TABLE rollout_blocks",
            "DROP TABLE rollout_members",
            "DROP INDEX audit_of_rollouts",
            "ALTER TABLE releases DROP COLUMN needs",
            "ALTER TABLE fleets DROP COLUMN times",
            "DROP TABLE line_rates",
            "DROP TABLE git_sources",
            "DROP TABLE git_states",
            "PRAGMA user_version = 1")) {
      run(sql);
    }

    opened(folder.resolve("hub.db"));

    assertThat(
            read(
                "SELECT count(*) || ' ' || sum(last - first + 1) || ' ' || max(last) FROM row_blocks"))
        .isEqualTo("3 300 300");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noHubRunsOnADatabaseWithGarbledPages(long seed) throws IOException {
    aWholeLife();
    close();
    open.clear();
    Path file = folder.resolve("hub.db");
    Random random = new Random(seed);
    byte[] noise = new byte[PAGE_BYTES];
    random.nextBytes(noise);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(random.nextLong(out.length() / PAGE_BYTES) * PAGE_BYTES);
      out.write(noise);
    }

    assertThatThrownBy(() -> SqliteHubStore.open(file)).isInstanceOf(DatabaseDamaged.class);
  }

  @Test
  void noHubRunsOnADatabaseWhoseLogWasCut() throws IOException {
    aWholeLife();
    Path copy = folder.resolve("cut.db");
    SqliteFiles.copy(folder.resolve("hub.db"), copy);
    Files.copy(folder.resolve("hub.db-commits"), folder.resolve("cut.db-commits"));
    try (RandomAccessFile log = new RandomAccessFile(folder + "/cut.db-wal", "rw")) {
      log.setLength(log.length() / 2);
    }

    assertThatThrownBy(() -> SqliteHubStore.open(copy))
        .isInstanceOf(DatabaseDamaged.class)
        .hasMessageContaining("commits that had been made are missing");
  }

  @Test
  void anOlderDatabaseInTheFolderOfACountingOneIsNotBehindAfterItsMigration()
      throws IOException, SQLException {
    store().close();
    open.clear();
    run("ALTER TABLE history DROP COLUMN commits");
    run("DROP TABLE sync_policies");
    run("DROP TABLE given_values");
    run("ALTER TABLE presences DROP COLUMN lan");
    run("ALTER TABLE presences DROP COLUMN lan_millis");
    run("ALTER TABLE presences DROP COLUMN features");
    run("ALTER TABLE sites DROP COLUMN times");
    run("DROP TABLE window_lifts");
    run("ALTER TABLE fleets DROP COLUMN line");
    run("ALTER TABLE sites DROP COLUMN line");
    run("DROP TABLE transfer_pauses");
    run("DROP TABLE rollouts");
    run("DROP TABLE rollout_blocks");
    run("DROP TABLE rollout_members");
    run("DROP INDEX audit_of_rollouts");
    run("ALTER TABLE releases DROP COLUMN needs");
    run("ALTER TABLE fleets DROP COLUMN times");
    run("DROP TABLE line_rates");
    run("DROP TABLE git_sources");
    run("DROP TABLE git_states");
    run("PRAGMA user_version = 3");
    Files.writeString(folder.resolve("hub.db-commits"), "000000000000000012\n");

    store().close();
    open.clear();

    assertThat(store().load()).isNotNull();
  }

  @Test
  void damageThatShowsInUseRaisesTheAlarmAndNothingIsWrittenAnyMore()
      throws IOException, SQLException {
    aWholeLife();
    close();
    open.clear();
    Path file = folder.resolve("hub.db");
    List<DatabaseDamaged> alarms = new ArrayList<>();
    HubStore store = SqliteHubStore.open(file, alarms::add);
    open.add(store);
    byte[] noise = new byte[PAGE_BYTES];
    new Random(1).nextBytes(noise);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      for (long page = 1; page < out.length() / PAGE_BYTES; page++) {
        out.seek(page * PAGE_BYTES);
        out.write(noise);
      }
    }
    // So that nothing is read from memory.
    run("PRAGMA user_version = " + Schema.newest());

    assertThatThrownBy(store::load).isInstanceOf(HubStore.StoreFailure.class);

    assertThat(alarms).isNotEmpty();
    assertThatThrownBy(store::begin).hasMessageContaining("damaged");
    // That would write, too: what it loads has no open lines.
    assertThatThrownBy(store::load).hasMessage("the database is damaged");
  }

  @Test
  void damageThatAReaderFindsStopsTheWriterEvenBeforeItsNextCommit() throws SQLException {
    SqliteHubStore store = SqliteHubStore.open(folder.resolve("hub.db"));
    open.add(store);
    String commits = read("SELECT commits FROM history");
    HubStore.Batch batch = store.begin();

    store.damaged(new DatabaseDamaged("page 3"));

    assertThatThrownBy(batch::commit).hasMessage("the database is damaged");
    batch.rollback();
    assertThatThrownBy(store::begin).hasMessage("the database is damaged");
    assertThatThrownBy(store::load).hasMessage("the database is damaged");
    assertThat(read("SELECT commits FROM history")).isEqualTo(commits);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE devices SET standing = 'rubbish'",
        "UPDATE devices SET key = 'rubbish'",
        "UPDATE devices SET id = 'rubbish'",
        "UPDATE devices SET facts = 'rubbish'",
        "UPDATE tokens SET secret_hash = 'rubbish'",
        "UPDATE publisher_roots SET envelope = 'rubbish'",
        "UPDATE sites SET fleet = '/'",
      })
  void aRowThatDoesNotReadIsDamage(String rubbish) throws SQLException {
    List<DatabaseDamaged> alarms = new ArrayList<>();
    SqliteHubStore store = SqliteHubStore.open(folder.resolve("hub.db"), alarms::add);
    open.add(store);
    Scene.ready(store).enrolled("counter-1");
    run(rubbish);

    assertThatThrownBy(store::load).isInstanceOf(HubStore.StoreFailure.class);

    assertThat(alarms).hasSize(1);
    assertThat(alarms.getFirst()).hasMessageContaining("did not write");
  }

  private void aWholeLife() {
    Scene.ready(store());
  }

  private HubStore opened(Path file) {
    HubStore store = SqliteHubStore.open(file);
    open.add(store);
    return store;
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String read(String sql) throws SQLException {
    try (Connection connection = connection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  private Connection connection() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("hub.db"));
  }
}
