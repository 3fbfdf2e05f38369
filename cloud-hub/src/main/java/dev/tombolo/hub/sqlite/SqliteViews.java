package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.Assignment;
import dev.tombolo.hub.core.HubStore.StoreFailure;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.RolloutLayer;
import dev.tombolo.hub.core.RowLog;
import dev.tombolo.hub.core.SlotLayers;
import dev.tombolo.hub.core.TransferPause;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.view.Cursor;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Listed;
import dev.tombolo.hub.core.view.PageAsk;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.Layering;
import dev.tombolo.hub.desired.Resolved;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.Stranger;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.user.UserRecord;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.sign.Envelope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the database beside its writer. WAL lets each read see the last commit without waiting for
/// the next. A few connections are kept open; a reader waits when all are in use.
public final class SqliteViews implements HubViews {
  /// The values of a JSON array of names.
  private static final String OF_LIST = "(SELECT value FROM json_each(?))";

  private static final int CONNECTIONS = 3;

  private final ArrayBlockingQueue<Connection> idle = new ArrayBlockingQueue<>(CONNECTIONS);

  private final Consumer<DatabaseDamaged> alarm;

  private SqliteViews(Consumer<DatabaseDamaged> alarm) {
    this.alarm = alarm;
  }

  public static SqliteViews open(Path file) {
    return open(file, damaged -> {});
  }

  /// @param file made by [SqliteHubStore]
  /// @param alarm told when the database turns out to be damaged
  public static SqliteViews open(Path file, Consumer<DatabaseDamaged> alarm) {
    SqliteViews views = new SqliteViews(alarm);
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        views.idle.add(connection);
        try (var statement = connection.createStatement()) {
          statement.execute("PRAGMA busy_timeout = 5000");
          statement.execute("PRAGMA query_only = ON");
        }
      }
      return views;
    } catch (SQLException e) {
      views.close();
      throw new StoreFailure("cannot open " + file + " for reading: " + e.getMessage(), e);
    }
  }

  /// Reads by one connection alone.
  static SqliteViews over(Connection connection) {
    SqliteViews views = new SqliteViews(damaged -> {});
    views.idle.add(connection);
    return views;
  }

  private static final String FLEETS =
      """
      SELECT f.*,
          (SELECT count(*) FROM sites s WHERE s.fleet = f.name) AS site_count,
          (SELECT count(*) FROM sites s CROSS JOIN devices d ON d.site = s.name
            WHERE s.fleet = f.name AND d.standing = 'active') AS device_count
        FROM fleets f""";

  private static final String SITES =
      """
      SELECT s.*, (SELECT f.times FROM fleets f WHERE f.name = s.fleet) AS fleet_times,
          (SELECT count(*) FROM slots l WHERE l.site = s.name) AS slot_count,
          (SELECT count(*) FROM devices d
            WHERE d.site = s.name AND d.standing = 'active') AS device_count
        FROM sites s""";

  private static final String SLOTS =
      """
      SELECT l.*, s.fleet AS fleet, d.id AS holder
        FROM sites s CROSS JOIN slots l ON l.site = s.name
          LEFT JOIN devices d
            ON d.site = l.site AND d.slot = l.name AND d.standing = 'active'""";

  @Override
  public List<Views.FleetView> fleets(PageAsk page) {
    Where where = new Where();
    page.after().ifPresent(at -> where.and("f.name > ?", at.parts().get(0)));
    return list(
        FLEETS + where.sql() + " ORDER BY f.name LIMIT ?",
        ViewRows::fleet,
        where.values(bounded(page.limit())));
  }

  @Override
  public Optional<Views.FleetView> fleet(Name name) {
    return one(FLEETS + " WHERE f.name = ?", ViewRows::fleet, name);
  }

  @Override
  public List<Views.SiteView> sites(Optional<Name> fleet, PageAsk page) {
    Where where = new Where().and("s.fleet = ?", fleet);
    page.after().ifPresent(at -> where.and("s.name > ?", at.parts().get(0)));
    return list(
        SITES + where.sql() + " ORDER BY s.name LIMIT ?",
        ViewRows::site,
        where.values(bounded(page.limit())));
  }

  @Override
  public Optional<Views.SiteView> site(Name name) {
    return one(SITES + " WHERE s.name = ?", ViewRows::site, name);
  }

  @Override
  public List<Views.ApplicationView> applications(Optional<Name> fleet, Optional<Name> name) {
    Where where = new Where().and("a.fleet = ?", fleet).and("a.name = ?", name);
    return list(
        """
        SELECT a.*, p.policies, x.version FROM applications a
          LEFT JOIN sync_policies p ON p.fleet = a.fleet AND p.application = a.name
          LEFT JOIN assignments x ON x.fleet = a.fleet AND x.site = '' AND x.slot = ''
            AND x.application = a.name"""
            + where.sql()
            + " ORDER BY a.fleet, a.name LIMIT ?",
        ViewRows::application,
        where.values((long) ROWS_MAX));
  }

  @Override
  public Map<Name, Views.Counts> fleetCounts(List<Name> fleets) {
    return counts(CountRows.FLEETS, Columns.names(fleets));
  }

  @Override
  public Map<Name, Views.Counts> siteCounts(List<Name> sites) {
    return counts(CountRows.SITES, Columns.names(sites));
  }

  @Override
  public Views.Counts slotCounts(SlotRef slot) {
    return one(CountRows.SLOT, CountRows::read, Columns.names(List.of(slot.site())), slot.slot())
        .orElse(Views.Counts.NONE);
  }

  @Override
  public Map<String, Views.Counts> applicationCounts(Collection<Name> fleets) {
    Map<String, Views.Counts> counts = new HashMap<>();
    list(
            CountRows.APPLICATIONS,
            r -> Map.entry(r.getString("place"), CountRows.read(r)),
            Columns.names(fleets))
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  @Override
  public List<Views.RunningView> running(Name fleet, Name application, PageAsk page) {
    List<String> after = page.after().map(Cursor::parts).orElse(List.of("", ""));
    return list(
        CountRows.DEVICES,
        ViewRows::running,
        fleet,
        application,
        after.get(0),
        after.get(1),
        bounded(page.limit()));
  }

  private Map<Name, Views.Counts> counts(String sql, String of) {
    Map<Name, Views.Counts> counts = new HashMap<>();
    list(sql, r -> Map.entry(Loading.name(r, "place"), CountRows.read(r)), of)
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    return counts;
  }

  @Override
  public List<Views.GitView> gits(Optional<Name> fleet) {
    Where where = new Where().and("t.fleet = ?", fleet);
    return list(
        """
        SELECT t.*, g.state FROM git_sources t
          LEFT JOIN git_states g ON g.fleet = t.fleet AND g.application = t.application"""
            + where.sql()
            + " ORDER BY t.fleet, t.application LIMIT ?",
        ViewRows::git,
        where.values((long) ROWS_MAX));
  }

  @Override
  public List<Views.SlotView> slots(Optional<Name> fleet, Optional<Name> site, PageAsk page) {
    Where where = inPlace(fleet, site);
    page.after()
        .ifPresent(
            at ->
                where
                    .and("s.name >= ?", at.parts().get(0))
                    .and("(s.name, l.name) > (?, ?)", at.parts().get(0), at.parts().get(1)));
    return list(
        SLOTS + where.sql() + " ORDER BY s.name, l.name LIMIT ?",
        ViewRows::slot,
        where.values(bounded(page.limit())));
  }

  @Override
  public Optional<Views.SlotView> slot(SlotRef slot) {
    return one(
        SLOTS + " WHERE s.name = ? AND l.name = ?", ViewRows::slot, slot.site(), slot.slot());
  }

  @Override
  public Optional<Name> fleetOf(SlotRef slot) {
    return one(
        "SELECT sites.fleet FROM slots JOIN sites ON sites.name = slots.site"
            + " WHERE slots.site = ? AND slots.name = ?",
        r -> new Name(r.getString(1)),
        slot.site(),
        slot.slot());
  }

  private static Where inPlace(Optional<Name> fleet, Optional<Name> site) {
    return new Where().and("s.fleet = ?", fleet).and("s.name = ?", site);
  }

  @Override
  public List<Views.AssignmentView> assignments(Optional<Name> fleet, PageAsk page) {
    Where where = new Where().and("fleet = ?", fleet);
    page.after()
        .map(Cursor::parts)
        .ifPresent(
            at -> {
              if (fleet.isPresent()) {
                where.and("(site, slot, application) > (?, ?, ?)", at.get(1), at.get(2), at.get(3));
              } else {
                where.and(
                    "(fleet, site, slot, application) > (?, ?, ?, ?)",
                    at.get(0),
                    at.get(1),
                    at.get(2),
                    at.get(3));
              }
            });
    return list(
        """
        SELECT *, CASE WHEN site = '' THEN (SELECT a.generation FROM applications a
            WHERE a.fleet = x.fleet AND a.name = x.application) END AS generation
          FROM assignments x"""
            + where.sql()
            + " ORDER BY fleet, site, slot, application LIMIT ?",
        ViewRows::assignment,
        where.values(bounded(page.limit())));
  }

  @Override
  public Optional<SlotSettings> settings(SlotRef slot, long nowMillis) {
    Optional<Kept<AdminObject.Slot>> kept =
        one(
            Loading.SLOTS + " WHERE l.site = ? AND l.name = ?",
            Loading::slot,
            slot.site(),
            slot.slot());
    Optional<Kept<AdminObject.Site>> site =
        one(Loading.SITES + " WHERE s.name = ?", Loading::site, slot.site());
    if (kept.isEmpty() || site.isEmpty()) {
      return Optional.empty();
    }
    Name fleet = site.get().content().fleet();
    List<Assignment> wanted =
        list(
            "SELECT * FROM assignments WHERE fleet = ? AND site IN ('', ?) AND slot IN ('', ?)",
            Loading::assignment,
            fleet,
            slot.site(),
            slot.slot());
    return Optional.of(
        SlotLayers.of(
            SlotLayers.ofFleet(
                fleet,
                one(Loading.FLEETS + " WHERE f.name = ?", Loading::fleet, fleet).orElse(null),
                list(Loading.APPLICATIONS + " WHERE a.fleet = ?", Loading::application, fleet),
                at(wanted, new Assignment.Place(fleet, null, null))),
            site.get(),
            slot,
            kept.get(),
            at(wanted, new Assignment.Place(fleet, slot.site(), null)),
            at(wanted, new Assignment.Place(fleet, slot.site(), slot.slot())),
            RolloutLayer.of(
                rollouts().standings(slot, nowMillis),
                application -> narrowest(wanted, application))));
  }

  @Override
  public Map<SlotRef, SlotSettings> settings(
      Name fleet, Collection<SlotRef> slots, long nowMillis) {
    String sites = texts(slots.stream().map(slot -> slot.site().text()).distinct().toList());
    Map<Name, Kept<AdminObject.Site>> keptSites = new HashMap<>();
    list(
            Loading.SITES + " WHERE s.name IN " + OF_LIST + " AND s.fleet = ?",
            Loading::site,
            sites,
            fleet)
        .forEach(site -> keptSites.put(site.content().name(), site));
    Map<SlotRef, Kept<AdminObject.Slot>> keptSlots = new HashMap<>();
    list(Loading.SLOTS + " WHERE l.site IN " + OF_LIST, Loading::slot, sites)
        .forEach(slot -> keptSlots.put(slot.content().ref(), slot));
    Map<Assignment.Place, List<Assignment>> wanted = new HashMap<>();
    list(
            "SELECT * FROM assignments WHERE fleet = ? AND (site = '' OR site IN " + OF_LIST + ")",
            Loading::assignment,
            fleet,
            sites)
        .forEach(it -> wanted.computeIfAbsent(it.place(), any -> new ArrayList<>(1)).add(it));
    List<Assignment> ofFleet =
        wanted.getOrDefault(new Assignment.Place(fleet, null, null), List.of());
    SlotLayers.OfFleet shared =
        SlotLayers.ofFleet(
            fleet,
            one(Loading.FLEETS + " WHERE f.name = ?", Loading::fleet, fleet).orElse(null),
            list(Loading.APPLICATIONS + " WHERE a.fleet = ?", Loading::application, fleet),
            ofFleet);
    Map<SlotRef, List<dev.tombolo.hub.rollout.Standing>> choices =
        rollouts().choices(fleet, slots, nowMillis);
    Map<SlotRef, SlotSettings> settings = new HashMap<>();
    for (SlotRef slot : slots) {
      Kept<AdminObject.Site> site = keptSites.get(slot.site());
      Kept<AdminObject.Slot> kept = keptSlots.get(slot);
      if (site == null || kept == null) {
        continue;
      }
      List<Assignment> inSite =
          wanted.getOrDefault(new Assignment.Place(fleet, slot.site(), null), List.of());
      List<Assignment> inSlot =
          wanted.getOrDefault(new Assignment.Place(fleet, slot.site(), slot.slot()), List.of());
      List<Assignment> all = new ArrayList<>(ofFleet);
      all.addAll(inSite);
      all.addAll(inSlot);
      settings.put(
          slot,
          SlotLayers.of(
              shared,
              site,
              slot,
              kept,
              inSite,
              inSlot,
              RolloutLayer.of(
                  choices.getOrDefault(slot, List.of()),
                  application -> narrowest(all, application))));
    }
    return settings;
  }

  static String texts(List<String> texts) {
    return "[" + String.join(",", texts.stream().map(text -> '"' + text + '"').toList()) + "]";
  }

  private static @Nullable Assignment narrowest(List<Assignment> wanted, Name application) {
    return wanted.stream()
        .filter(it -> it.application().equals(application))
        .max(
            Comparator.comparing((Assignment it) -> it.place().site() != null)
                .thenComparing(it -> it.place().slot() != null))
        .orElse(null);
  }

  private static List<Assignment> at(List<Assignment> wanted, Assignment.Place place) {
    return wanted.stream().filter(assignment -> assignment.place().equals(place)).toList();
  }

  @Override
  public Set<Name> fleetsInParts() {
    Set<Name> fleets = new TreeSet<>();
    list(
            "SELECT fleet, policies FROM sync_policies",
            r ->
                LayerColumns.policies(r.getString("policies")).stream()
                        .allMatch(policy -> !policy.selector().isAll())
                    ? r.getString("fleet")
                    : "")
        .stream()
        .filter(fleet -> !fleet.isEmpty())
        .forEach(fleet -> fleets.add(new Name(fleet)));
    list("SELECT DISTINCT fleet FROM rollouts", r -> new Name(r.getString(1))).forEach(fleets::add);
    return fleets;
  }

  @Override
  public List<Views.AssignmentView> assignmentsReaching(
      Optional<Name> fleet, Name first, Name last) {
    Where broad = new Where().and("site = ''").and("fleet = ?", fleet);
    Where narrow = new Where().and("site BETWEEN ? AND ?", first, last).and("fleet = ?", fleet);
    return list(
        "SELECT *, NULL AS generation FROM assignments"
            + broad.sql()
            + " UNION ALL SELECT *, NULL AS generation FROM assignments"
            + narrow.sql(),
        ViewRows::assignment,
        broad.values(narrow.values()));
  }

  @Override
  public Optional<Views.ReleaseView> release(ReleaseRef ref) {
    return one(
        "SELECT * FROM releases WHERE name = ? AND version = ?",
        ViewRows::release,
        ref.name(),
        ref.version());
  }

  @Override
  public List<Views.ReleaseView> releases(PageAsk page) {
    Where where = new Where();
    page.after()
        .map(Cursor::parts)
        .ifPresent(
            at ->
                where
                    .and("pushed_millis <= ?", Long.valueOf(at.get(0)))
                    .and(
                        "(pushed_millis < ? OR (name, version) > (?, ?))",
                        Long.valueOf(at.get(0)),
                        at.get(1),
                        at.get(2)));
    return list(
        "SELECT * FROM releases"
            + where.sql()
            + " ORDER BY pushed_millis DESC, name, version LIMIT ?",
        ViewRows::release,
        where.values(bounded(page.limit())));
  }

  @Override
  public List<Digest> assignedReleases() {
    return list(
        """
        SELECT release FROM assignments
        UNION
        SELECT record ->> '$.digest' FROM rollouts r
          WHERE record ->> '$.state.is' IN ('planning', 'rolling', 'paused')
              OR record ->> '$.state.is' = 'completed'
                AND NOT EXISTS (SELECT 1 FROM rollouts n
                  WHERE n.fleet = r.fleet AND n.id > r.id AND n.application = r.application
                    AND n.record ->> '$.state.is' = 'completed')""",
        r -> new Digest(r.getString(1)));
  }

  @Override
  public Map<Digest, Long> liveReleases() {
    Map<Digest, Long> live = new HashMap<>();
    list(
            """
            SELECT a.value ->> 'live' AS live, count(*) AS devices
              FROM device_states t
                JOIN devices d ON d.id = t.device AND d.standing = 'active',
                json_each(t.body, '$.applications') a
              WHERE a.value ->> 'live' IS NOT NULL GROUP BY 1""",
            r -> Map.entry(new Digest(r.getString(1)), r.getLong(2)))
        .forEach(entry -> live.put(entry.getKey(), entry.getValue()));
    return live;
  }

  @Override
  public List<Views.ReleaseView> newestReleases(Set<Digest> others) {
    return list(
        """
        SELECT * FROM releases r WHERE instr(?, digest) > 0
            OR NOT EXISTS (SELECT 1 FROM releases n
                WHERE n.name = r.name AND n.pushed_millis > r.pushed_millis)
          ORDER BY pushed_millis DESC, name, version""",
        ViewRows::release,
        Columns.digests(others));
  }

  @Override
  public List<Views.DeviceView> downloading(
      Optional<Name> fleet, Optional<Name> site, PageAsk page) {
    Where where = downloading(fleet, site);
    page.after()
        .map(Cursor::parts)
        .ifPresent(
            at ->
                where
                    .and("s.name >= ?", at.get(0))
                    .and("(s.name, d.slot, d.id) > (?, ?, ?)", at.get(0), at.get(1), at.get(2)));
    return list(
        ViewRows.DEVICES + where.sql() + " ORDER BY s.name, d.slot, d.id LIMIT ?",
        ViewRows::device,
        where.values(bounded(page.limit())));
  }

  @Override
  public long countDownloading(Optional<Name> fleet, Optional<Name> site) {
    Where where = downloading(fleet, site);
    return number(
        """
        SELECT count(*) FROM sites s CROSS JOIN devices d ON d.site = s.name
            LEFT JOIN device_states t ON t.device = d.id"""
            + where.sql(),
        where.values());
  }

  private Where downloading(Optional<Name> fleet, Optional<Name> site) {
    return inPlace(fleet, site)
        .and("d.standing = 'active'")
        .and("instr(t.body, '\"phase\":\"fetching\"') > 0");
  }

  @Override
  public Optional<String> releaseEnvelope(Digest release) {
    return one("SELECT envelope FROM releases WHERE digest = ?", r -> r.getString(1), release);
  }

  @Override
  public List<Envelope> publisherRoots() {
    return list(
        "SELECT envelope FROM publisher_roots ORDER BY version",
        r -> Columns.json(Envelope.class, r.getString(1)));
  }

  @Override
  public List<Views.TokenView> tokens(PageAsk page) {
    Where where = new Where();
    page.after()
        .map(Cursor::parts)
        .ifPresent(
            at ->
                where
                    .and("t.created_millis <= ?", Long.valueOf(at.get(0)))
                    .and("(t.created_millis < ? OR t.id > ?)", Long.valueOf(at.get(0)), at.get(1)));
    return list(
        """
        SELECT t.*, (SELECT count(*) FROM token_uses u WHERE u.token = t.id) AS used
          FROM tokens t"""
            + where.sql()
            + " ORDER BY t.created_millis DESC, t.id LIMIT ?",
        ViewRows::token,
        where.values(bounded(page.limit())));
  }

  @Override
  public List<TransferPause> pauses() {
    return list(
        "SELECT * FROM transfer_pauses ORDER BY site, slot LIMIT " + ROWS_MAX,
        Loading::transferPause);
  }

  @Override
  public List<UserRecord> users() {
    return list("SELECT * FROM users ORDER BY name", Loading::user);
  }

  @Override
  public List<Views.DeviceView> devices(
      Optional<Name> fleet, Optional<Name> site, Optional<Standing> standing, PageAsk page) {
    Where where = inPlace(fleet, site).and("d.standing = ?", standing.map(Columns::word));
    page.after()
        .map(Cursor::parts)
        .ifPresent(
            at ->
                where
                    .and("s.name >= ?", at.get(0))
                    .and("(s.name, d.slot, d.id) > (?, ?, ?)", at.get(0), at.get(1), at.get(2)));
    return list(
        ViewRows.DEVICES + where.sql() + " ORDER BY s.name, d.slot, d.id LIMIT ?",
        ViewRows::device,
        where.values(bounded(page.limit())));
  }

  @Override
  public long count(Listed listed, Optional<Name> fleet, Optional<Name> site) {
    Where ofFleet = new Where().and("fleet = ?", fleet);
    Where inPlace = inPlace(fleet, site);
    return switch (listed) {
      case FLEETS -> number("SELECT count(*) FROM fleets");
      case SITES -> number("SELECT count(*) FROM sites" + ofFleet.sql(), ofFleet.values());
      case ASSIGNMENTS ->
          number("SELECT count(*) FROM assignments" + ofFleet.sql(), ofFleet.values());
      case SLOTS ->
          number(
              "SELECT count(*) FROM sites s CROSS JOIN slots l ON l.site = s.name" + inPlace.sql(),
              inPlace.values());
      case DEVICES -> countDevices(fleet, site, Optional.empty());
      case RELEASES -> number("SELECT count(*) FROM releases");
      case TOKENS -> number("SELECT count(*) FROM tokens");
    };
  }

  @Override
  public long countDevices(Optional<Name> fleet, Optional<Name> site, Optional<Standing> standing) {
    Where where = inPlace(fleet, site).and("d.standing = ?", standing.map(Columns::word));
    return number(
        "SELECT count(*) FROM sites s CROSS JOIN devices d ON d.site = s.name" + where.sql(),
        where.values());
  }

  @Override
  public Optional<Views.DeviceView> device(DeviceId device) {
    return one(ViewRows.ONE_DEVICE, ViewRows::device, device);
  }

  @Override
  public List<Stranger> strangers(Optional<Standing> standing, PageAsk page) {
    Where where = ofStanding(standing);
    page.after().ifPresent(at -> where.and("device > ?", at.parts().getLast()));
    return list(
        "SELECT * FROM strangers" + where.sql() + " ORDER BY device LIMIT ?",
        Loading::stranger,
        where.values(bounded(page.limit())));
  }

  @Override
  public long countStrangers(Optional<Standing> standing) {
    Where where = ofStanding(standing);
    return number("SELECT count(*) FROM strangers" + where.sql(), where.values());
  }

  @Override
  public Optional<Stranger> stranger(DeviceId device) {
    return one("SELECT * FROM strangers WHERE device = ?", Loading::stranger, device);
  }

  private static Where ofStanding(Optional<Standing> standing) {
    Where where = new Where();
    standing.ifPresent(
        wanted ->
            where.and(
                switch (wanted) {
                  case REVOKED -> "revoked = 1";
                  case WAITING -> "revoked = 0";
                  case ACTIVE, QUARANTINED -> "0";
                }));
    return where;
  }

  @Override
  public History history() {
    return list(
            "SELECT epoch, id FROM history",
            r -> new History(r.getLong("epoch"), r.getString("id")))
        .getFirst();
  }

  @Override
  public Optional<DeviceId> holder(SlotRef slot) {
    // A slot has few that are not revoked; sorted here, they need no second index.
    return list(
            "SELECT * FROM devices WHERE site = ? AND slot = ? AND standing <> 'revoked'",
            Loading::deviceRecord,
            slot.site(),
            slot.slot())
        .stream()
        .max(
            Comparator.comparing(DeviceRecord::isActive)
                .thenComparingLong(DeviceRecord::standingSinceMillis))
        .map(DeviceRecord::id);
  }

  @Override
  public Optional<DeviceCondition> condition(DeviceId device, long nowMillis) {
    // One after the other: a query within a query would hold two connections.
    Optional<SlotRef> slot =
        one(
            "SELECT site, slot FROM devices WHERE id = ?",
            r -> new SlotRef(new Name(r.getString(1)), new Name(r.getString(2))),
            device);
    List<Resolved.Application> wanted =
        slot.flatMap(its -> settings(its, nowMillis))
            .map(settings -> Layering.of(settings).applications())
            .orElse(List.of());
    return one(ConditionRows.QUERY, r -> ConditionRows.read(r, wanted), device);
  }

  @Override
  public List<Views.ResultView> results(
      long after, Optional<DeviceId> device, Optional<Name> channel, int limit) {
    return results("ASC", after, device, channel, limit);
  }

  @Override
  public List<Views.ResultView> newestResults(
      Optional<DeviceId> device, Optional<Name> channel, int limit) {
    return results("DESC", 0, device, channel, limit).reversed();
  }

  private List<Views.ResultView> results(
      String order, long after, Optional<DeviceId> device, Optional<Name> channel, int limit) {
    Where where =
        new Where()
            .and("r.id > ?", after)
            .and("r.device = ?", device)
            // The index by device is the narrower one; the + keeps SQLite from the other.
            .and(device.isPresent() ? "+r.channel = ?" : "r.channel = ?", channel);
    return list(
        "SELECT r.*, d.site, d.slot FROM results r CROSS JOIN devices d ON d.id = r.device"
            + where.sql()
            + " ORDER BY r.id "
            + order
            + " LIMIT ?",
        ViewRows::result,
        where.values(bounded(limit)));
  }

  @Override
  public long lastResult() {
    return number(
        """
        SELECT max(coalesce((SELECT max(id) FROM results), 0),
            coalesce((SELECT value FROM counters WHERE name = 'results-gone'), 0))""");
  }

  @Override
  public long gone(RowLog log) {
    return one(
            "SELECT value FROM counters WHERE name = ?",
            r -> r.getLong(1),
            Columns.word(log) + "-gone")
        .orElse(0L);
  }

  @Override
  public Views.LogView log(RowLog log) {
    String word = Columns.word(log);
    return one(
            """
            SELECT coalesce((SELECT value FROM counters WHERE name = ?1 || '-gone'), 0),
                coalesce(sum(last - first + 1), 0), coalesce(sum(bytes), 0),
                coalesce(min(taken_millis), 0)
              FROM row_blocks WHERE log = ?1""",
            r ->
                new Views.LogView(
                    RowLog.countOf(r.getLong(1)), r.getLong(2), r.getLong(3), r.getLong(4)),
            word)
        .orElseThrow(() -> new IllegalStateException("a row of sums is always there"));
  }

  @Override
  public List<Views.HappenedView> happened(long after, Optional<DeviceId> device, int limit) {
    Where where = new Where().and("id > ?", after).and("device = ?", device);
    return list(
        "SELECT * FROM happened" + where.sql() + " ORDER BY id LIMIT ?",
        ViewRows::happened,
        where.values(bounded(limit)));
  }

  @Override
  public long lastHappened() {
    return number("SELECT max(id) FROM happened");
  }

  @Override
  public List<AuditRecord> audit(long sequence, int limit) {
    return list(
        "SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence LIMIT ?",
        Loading::audit,
        sequence,
        bounded(limit));
  }

  @Override
  public long lastAudit() {
    return number("SELECT max(sequence) FROM audit");
  }

  @Override
  public Views.Figures figures() {
    return one(
            """
            SELECT (SELECT count(*) FROM fleets), (SELECT count(*) FROM sites),
              (SELECT count(*) FROM slots),
              (SELECT count(*) FROM devices WHERE standing = 'active'),
              (SELECT count(*) FROM devices WHERE standing = 'quarantined'),
              (SELECT count(*) FROM devices WHERE standing = 'revoked'),
              (SELECT count(*) FROM presences WHERE online = 1),
              (SELECT count(*) FROM releases),
              (SELECT coalesce(max(id), 0) FROM results),
              (SELECT coalesce(max(id), 0) FROM happened),
              (SELECT coalesce(max(sequence), 0) FROM audit),
              (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)""",
            ViewRows::figures)
        .orElseThrow(() -> new IllegalStateException("a row of counts is always there"));
  }

  @Override
  public void close() {
    // Readers under way hand their connection back and are not waited for longer than they take.
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      try {
        connection.close();
      } catch (SQLException e) {
        throw new StoreFailure("cannot close the database: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public RolloutViews rollouts() {
    return new SqliteRolloutViews(this::list);
  }

  /// Reads the row the cursor stands on.
  interface Row<T> {
    T read(ResultSet r) throws SQLException;
  }

  private long number(String sql, @Nullable Object... values) {
    return one(sql, r -> r.getLong(1), values).orElse(0L);
  }

  private <T> Optional<T> one(String sql, Row<T> row, @Nullable Object... values) {
    return list(sql, row, values).stream().findFirst();
  }

  private <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) {
    Connection connection = take();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        Object value = values[i];
        switch (value) {
          case null -> statement.setObject(i + 1, null);
          case Long number -> statement.setLong(i + 1, number);
          default -> statement.setString(i + 1, value.toString());
        }
      }
      List<T> rows = new ArrayList<>();
      try (ResultSet r = statement.executeQuery()) {
        while (r.next()) {
          rows.add(row.read(r));
        }
      }
      return rows;
    } catch (SQLException e) {
      if (DatabaseDamaged.isIn(e)) {
        alarm.accept(new DatabaseDamaged(String.valueOf(e.getMessage())));
      }
      throw new StoreFailure("cannot read " + Arrays.toString(values) + ": " + e.getMessage(), e);
    } finally {
      idle.add(connection);
    }
  }

  private Connection take() {
    try {
      return idle.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreFailure("interrupted while waiting to read", e);
    }
  }

  private static long bounded(int limit) {
    return Math.clamp(limit, 1, ROWS_MAX + 1);
  }
}
