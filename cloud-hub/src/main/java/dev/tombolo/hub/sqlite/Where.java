package dev.tombolo.hub.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The conditions of a query, only those that apply: `? IS NULL OR ...` would keep SQLite from
/// using its indexes.
final class Where {
  private final StringBuilder sql = new StringBuilder(" WHERE 1");
  private final List<@Nullable Object> values = new ArrayList<>();

  Where and(String condition, Object... given) {
    sql.append(" AND ").append(condition);
    values.addAll(List.of(given));
    return this;
  }

  Where and(String condition, Optional<?> given) {
    return given.isPresent() ? and(condition, given.get()) : this;
  }

  String sql() {
    return sql.toString();
  }

  /// With what comes after the conditions.
  @Nullable Object[] values(Object... more) {
    List<@Nullable Object> all = new ArrayList<>(values);
    all.addAll(List.of(more));
    return all.toArray();
  }
}
