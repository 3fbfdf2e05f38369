package dev.tombolo.agent.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Prepared statements, each made once. For one thread.
final class Statements {
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();

  Statements(Connection connection) {
    this.connection = connection;
  }

  PreparedStatement with(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      Object value = values[i];
      switch (value) {
        case null -> statement.setNull(i + 1, java.sql.Types.NULL);
        case Long number -> statement.setLong(i + 1, number);
        case Integer number -> statement.setInt(i + 1, number);
        case Boolean yes -> statement.setInt(i + 1, yes ? 1 : 0);
        default -> statement.setString(i + 1, value.toString());
      }
    }
    return statement;
  }

  void run(String sql, @Nullable Object... values) throws SQLException {
    with(sql, values).executeUpdate();
  }

  /// To be called after every failure: the driver closes a statement that failed, be it a query, on
  /// a full or broken disk, and does not say so. The next use needs a new one.
  void forget() {
    for (PreparedStatement statement : prepared.values()) {
      try {
        statement.close();
      } catch (SQLException e) {
        // Told by the failure that led here.
      }
    }
    prepared.clear();
  }
}
