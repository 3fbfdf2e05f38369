package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.HubStoreContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteHubStoreTest extends HubStoreContract {
  @TempDir Path folder;
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

  private void aWholeLife() {
    dev.tombolo.hub.core.Scene.ready(store());
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
