package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.core.view.Views;
import java.sql.ResultSet;
import java.sql.SQLException;

/// Counts how far the devices of a place are, in one query for all places that are shown.
final class CountRows {
  /// When something was last changed that bears on all of a fleet.
  private static final String FLEET_CHANGED =
      """
      max(f.changed_millis,
        coalesce((SELECT max(a.changed_millis) FROM applications a WHERE a.fleet = f.name), 0),
        coalesce((SELECT max(x.changed_millis) FROM assignments x WHERE x.fleet = f.name), 0))""";

  /// Who has the newest document on its disk, made since anything was changed that bears on it. A
  /// device with a line gets a new one at once; one without, when it comes back.
  private static final String HAS_NEWEST =
      "h.manifest = o.manifest AND instr(coalesce(t.body, ''), o.manifest) > 0";

  private static final String IS_CURRENT =
      HAS_NEWEST
          + " "
          + """
       AND (coalesce(p.online, 0) OR o.issued_millis >= max(c.millis, s.changed_millis,
          coalesce((SELECT l.changed_millis FROM slots l
            WHERE l.site = d.site AND l.name = d.slot), 0)))""";

  private static final String ALL_SITES =
      "fleets_changed c CROSS JOIN sites s ON s.fleet = c.fleet";

  private static final String TABLES =
      " FROM "
          + ALL_SITES
          + " "
          + """
       CROSS JOIN devices d ON d.site = s.name AND d.standing = 'active'
         LEFT JOIN documents o ON o.device = d.id
         LEFT JOIN held_documents h ON h.device = d.id
         LEFT JOIN presences p ON p.device = d.id
         LEFT JOIN device_states t ON t.device = d.id""";

  private static final String SUMS =
      """
      SELECT place, count(*) AS total, sum(ok AND NOT failed) AS up_to_date, sum(failed) AS failed,
          sum(NOT online) AS offline, sum(online AND NOT ok AND NOT failed) AS working FROM (""";

  private static final String OF_DEVICES =
      "coalesce(p.online, 0) AS online,"
          + " instr(coalesce(t.body, ''), '\"phase\":\"rolled-back\"') > 0 AS failed,"
          + " coalesce("
          + IS_CURRENT
          + " AND instr(t.body, '\"phase\":\"fetching\"') = 0"
          + " AND instr(t.body, '\"phase\":\"staged\"') = 0"
          + " AND instr(t.body, '\"phase\":\"switching\"') = 0"
          + " AND instr(t.body, '\"phase\":\"probing\"') = 0, 0) AS ok"
          + TABLES;

  // LIMIT -1: else SQLite works out each column anew wherever it is used.

  /// Takes a JSON list of fleets.
  static final String FLEETS =
      with("SELECT value FROM json_each(?)")
          + SUMS
          + "SELECT s.fleet AS place, "
          + OF_DEVICES
          + " LIMIT -1) GROUP BY place";

  /// Takes a JSON list of sites.
  static final String SITES =
      "WITH asked AS (SELECT value AS name FROM json_each(?)), fleets_changed AS MATERIALIZED (SELECT f.name AS"
          + " fleet, q.name AS site, "
          + FLEET_CHANGED
          + " AS millis FROM asked q CROSS JOIN sites k ON k.name = q.name"
          + " CROSS JOIN fleets f ON f.name = k.fleet) "
          + SUMS
          + "SELECT d.site AS place, "
          + OF_DEVICES.replace("sites s ON s.fleet = c.fleet", "sites s ON s.name = c.site")
          + " LIMIT -1) GROUP BY place";

  /// Takes a JSON list of one site, and a slot of it.
  static final String SLOT = SITES.replace(" LIMIT -1)", " WHERE d.slot = ? LIMIT -1)");

  private static final String OF_APPLICATIONS =
      "SELECT s.fleet || '/' || x.name AS place, d.site, d.slot, x.digest AS release,"
          + " coalesce(p.online, 0) AS online, coalesce("
          + IS_CURRENT
          + ", 0) AS fresh, (SELECT v.value FROM json_each(t.body, '$.applications') v"
          + " WHERE v.value ->> 'name' = x.name) AS said"
          + TABLES
          + " CROSS JOIN json_each('[\"' || replace(o.releases, ' ', '\",\"') || '\"]') r"
          + " CROSS JOIN releases x ON x.digest = r.value";

  private static final String STATES =
      " coalesce(fresh AND said ->> 'phase' = 'live' AND said ->> 'live' = release, 0) AS ok,"
          + " coalesce(said ->> 'phase' = 'rolled-back', 0) AS failed";

  /// Takes a JSON list of fleets. Who should have an application is said by the documents; the
  /// place is `FLEET/APPLICATION`.
  static final String APPLICATIONS =
      with("SELECT value FROM json_each(?)")
          + SUMS
          + "SELECT place, online,"
          + STATES
          + " FROM ("
          + OF_APPLICATIONS
          + " LIMIT -1)) GROUP BY place";

  /// Takes a fleet, an application, a site and a slot after which it begins, and a limit. Sites
  /// come along their index, so that no device is worked out that is not shown.
  static final String DEVICES =
      with("?1")
          + "SELECT site, slot, online, said ->> 'liveVersion' AS version, coalesce(CASE WHEN held"
          + " AND said ->> 'phase' = 'live' AND said ->> 'live' = release THEN issued END, 0) AS told,"
          + STATES
          + " FROM ("
          + OF_APPLICATIONS
              .replace(ALL_SITES, "sites s")
              .replace(
                  " AS said", " AS said, o.issued_millis AS issued, " + HAS_NEWEST + " AS held")
              .replace("c.millis", "(SELECT millis FROM fleets_changed)")
          + " WHERE s.fleet = ?1 AND x.name = ?2 AND (d.site, d.slot) > (?3, ?4) ORDER BY s.name, d.slot LIMIT ?5)"
          + " ORDER BY site, slot";

  private CountRows() {}

  private static String with(String fleets) {
    return "WITH fleets_changed AS MATERIALIZED (SELECT f.name AS fleet, "
        + FLEET_CHANGED
        + " AS millis FROM fleets f WHERE f.name IN ("
        + fleets
        + ")) ";
  }

  static Views.Counts read(ResultSet r) throws SQLException {
    return new Views.Counts(
        r.getLong("total"),
        r.getLong("up_to_date"),
        r.getLong("failed"),
        r.getLong("offline"),
        r.getLong("working"));
  }
}
