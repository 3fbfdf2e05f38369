package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.view.Overlay;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.Rollout;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Reads rollouts beside the writer.
final class SqliteRolloutViews implements RolloutViews {
  private static final Reason NO_CAUSE = new Reason.Unknown("the device named no cause");

  /// Blocks are in the order of sites, then slots: with a slash between them the text is not, since
  /// `a-b/c` comes before `a/c`.
  private static final String BEFORE_ALL_SLOTS = " ";

  private static final String AFTER_ALL_SLOTS = " ~";

  private static final int NAMES_MAX = 1_000;

  private static final String OF_FLEET_OR_TRIED =
      "(s.fleet = ? OR s.name IN (SELECT value FROM json_each(?)))";

  /// With what else of a device is read, from its sixth column on, and where that comes from.
  private static final String HOLDERS =
      """
      SELECT s.rowid, d.site, d.slot, s.labels, l.labels, %s
        FROM sites s CROSS JOIN devices d ON d.site = s.name
          LEFT JOIN slots l ON l.site = d.site AND l.name = d.slot
          %s
      """;

  private static final int HOLDER_OWN = 6;

  /// Of a fleet with fewer sites each device is looked up.
  static final int LARGE_SITES = 500;

  private static final String HOLDERS_OF_SITES = " WHERE d.standing = 'active' AND ";

  private static final String BLOCKS_BETWEEN =
      """
      SELECT * FROM rollout_blocks
        WHERE rollout = ? AND replace(first_slot, '/', ' ') < ?
          AND replace(last_slot, '/', ' ') >= ? ORDER BY first""";

  private final Reader reader;

  /// Runs queries.
  interface Reader {
    <T> List<T> list(String sql, SqliteViews.Row<T> row, @Nullable Object... values);
  }

  SqliteRolloutViews(Reader reader) {
    this.reader = reader;
  }

  @Override
  public RolloutId next() {
    List<Long> last =
        reader.list(
            "SELECT value FROM counters WHERE name = ?",
            r -> r.getLong(1),
            Columns.word(HubChange.Counter.ROLLOUT));
    return new RolloutId(last.isEmpty() ? 1 : last.getFirst() + 1);
  }

  @Override
  public List<RolloutView> rollouts(Optional<Name> fleet, int limit) {
    return fleet.isPresent()
        ? reader.list(
            "SELECT record, counts FROM rollouts WHERE fleet = ? ORDER BY id DESC LIMIT ?",
            SqliteRolloutViews::view,
            fleet.get(),
            (long) limit)
        : reader.list(
            "SELECT record, counts FROM rollouts ORDER BY id DESC LIMIT ?",
            SqliteRolloutViews::view,
            (long) limit);
  }

  @Override
  public Optional<RolloutView> rollout(RolloutId id) {
    return reader
        .list(
            "SELECT record, counts FROM rollouts WHERE id = ?",
            SqliteRolloutViews::view,
            id.number())
        .stream()
        .findFirst();
  }

  @Override
  public Optional<RolloutView> named(Name name) {
    return reader
        .list(
            """
            SELECT record, counts FROM rollouts
              WHERE json_extract(record, '$.origin.name') = ? ORDER BY id DESC LIMIT 1""",
            SqliteRolloutViews::view,
            name)
        .stream()
        .findFirst();
  }

  @Override
  public List<String> names() {
    return reader.list(
        """
        SELECT DISTINCT json_extract(record, '$.origin.name') AS name FROM rollouts
          WHERE json_extract(record, '$.origin.name') > '' LIMIT ?""",
        r -> r.getString("name"),
        (long) NAMES_MAX);
  }

  private static RolloutView view(ResultSet r) throws SQLException {
    return new RolloutView(RolloutRows.record(r), RolloutRows.counts(r));
  }

  @Override
  public List<Standing> standings(SlotRef slot, long nowMillis) {
    List<RolloutView> there =
        reader.list(
            """
            SELECT record, counts FROM rollouts
              WHERE fleet = (SELECT fleet FROM sites WHERE name = ?) ORDER BY id DESC""",
            SqliteRolloutViews::view,
            slot.site());
    List<AtSite> all = there.stream().map(view -> atSite(view, slot, nowMillis)).toList();
    List<Standing> standings = new ArrayList<>();
    Map<Name, RolloutId> newest = new HashMap<>();
    for (AtSite at : all) {
      RolloutRecord record = at.view.record();
      if (at.site.own >= 0) {
        int elsewhere =
            all.stream()
                .filter(other -> other != at)
                .filter(other -> other.view.record().application().equals(record.application()))
                .mapToInt(AtSite::outBeside)
                .sum();
        RolloutId by = newest.get(record.application());
        standings.add(
            standing(at.view, slot, at.site, at.moved::get, at.out + elsewhere, by, nowMillis));
        if (!standings.getLast().hasLeft()) {
          newest.putIfAbsent(record.application(), record.id());
        }
      }
    }
    return standings;
  }

  /// What a rollout has at one site.
  ///
  /// @param out devices that hold its budgets
  private record AtSite(
      RolloutView view,
      Neighbours site,
      Map<Integer, RolloutChange.Moved> moved,
      int out,
      boolean isOwnOut) {
    /// Those of the site but for the one that is asked about.
    int outBeside() {
      return isOwnOut ? out - 1 : out;
    }
  }

  private AtSite atSite(RolloutView view, SlotRef slot, long nowMillis) {
    RolloutRecord record = view.record();
    Neighbours site = neighbours(record, slot);
    Map<Integer, RolloutChange.Moved> moved = moved(record.id(), site.waves.keySet());
    boolean mayBeLost = nowMillis < record.suspectUntilMillis();
    int out = 0;
    for (int member : site.waves.keySet()) {
      out += isOut(record, moved.get(member), mayBeLost) ? 1 : 0;
    }
    boolean isOwnOut = site.own >= 0 && isOut(record, moved.get(site.own), mayBeLost);
    return new AtSite(view, site, moved, out, isOwnOut);
  }

  @Override
  public Map<SlotRef, List<Standing>> choices(
      Name fleet, Collection<SlotRef> slots, long nowMillis) {
    if (slots.isEmpty()) {
      return Map.of();
    }
    SlotRef first = Collections.min(slots);
    SlotRef last = Collections.max(slots);
    Set<SlotRef> wanted = new HashSet<>(slots);
    Map<SlotRef, List<Standing>> choices = new HashMap<>();
    Map<SlotRef, Map<Name, RolloutId>> newest = new HashMap<>();
    for (RolloutView view :
        reader.list(
            "SELECT record, counts FROM rollouts WHERE fleet = ? ORDER BY id DESC",
            SqliteRolloutViews::view,
            fleet)) {
      RolloutRecord record = view.record();
      Map<Integer, SlotRef> members = new HashMap<>();
      Map<Integer, Integer> waves = new HashMap<>();
      members(record, first, last, wanted, members, waves);
      Map<Integer, RolloutChange.Moved> moved = moved(record.id(), members.keySet());
      members.forEach(
          (member, slot) -> {
            Neighbours alone = new Neighbours();
            alone.own = member;
            alone.waves.put(member, waves.getOrDefault(member, 0));
            Map<Name, RolloutId> before = newest.computeIfAbsent(slot, any -> new HashMap<>());
            choices
                .computeIfAbsent(slot, any -> new ArrayList<>(1))
                .add(
                    standing(
                        view,
                        slot,
                        alone,
                        moved::get,
                        0,
                        before.get(record.application()),
                        nowMillis));
            if (!choices.get(slot).getLast().hasLeft()) {
              before.putIfAbsent(record.application(), record.id());
            }
          });
    }
    return choices;
  }

  private void members(
      RolloutRecord record,
      SlotRef first,
      SlotRef last,
      Set<SlotRef> wanted,
      Map<Integer, SlotRef> members,
      Map<Integer, Integer> waves) {
    // A row at a time, so that of a block only what is wanted stays.
    reader.list(
        BLOCKS_BETWEEN,
        r -> {
          RolloutChange.Joined block = RolloutRows.joined(r);
          for (int i = 0; i < block.slots().size(); i++) {
            if (wanted.contains(block.slots().get(i))) {
              members.put(block.first() + i, block.slots().get(i));
              waves.put(block.first() + i, (int) block.waves()[i]);
            }
          }
          return Boolean.TRUE;
        },
        record.id().number(),
        last.site() + AFTER_ALL_SLOTS,
        first.site() + BEFORE_ALL_SLOTS);
  }

  private Map<Integer, RolloutChange.Moved> moved(RolloutId id, Collection<Integer> members) {
    Map<Integer, RolloutChange.Moved> found = new HashMap<>();
    if (!members.isEmpty()) {
      String numbers =
          "[" + String.join(",", members.stream().map(Object::toString).toList()) + "]";
      reader
          .list(
              """
              SELECT m.* FROM json_each(?) n
                JOIN rollout_members m ON m.rollout = ? AND m.member = n.value""",
              RolloutRows::moved,
              numbers,
              id.number())
          .forEach(each -> found.put(each.member(), each));
    }
    return found;
  }

  /// The devices of a site in a rollout, by number.
  private static final class Neighbours {
    private final Map<Integer, Integer> waves = new HashMap<>();
    private int own = -1;
  }

  private Neighbours neighbours(RolloutRecord record, SlotRef slot) {
    Neighbours site = new Neighbours();
    List<RolloutChange.Joined> blocks =
        reader.list(
            BLOCKS_BETWEEN,
            RolloutRows::joined,
            record.id().number(),
            slot.site() + AFTER_ALL_SLOTS,
            slot.site() + BEFORE_ALL_SLOTS);
    for (RolloutChange.Joined block : blocks) {
      for (int i = 0; i < block.slots().size(); i++) {
        if (block.slots().get(i).site().equals(slot.site())) {
          site.waves.put(block.first() + i, (int) block.waves()[i]);
          if (block.slots().get(i).equals(slot)) {
            site.own = block.first() + i;
          }
        }
      }
    }
    return site;
  }

  private Standing standing(
      RolloutView view,
      SlotRef slot,
      Neighbours site,
      IntFunction<RolloutChange.@Nullable Moved> moves,
      int siteInFlight,
      @Nullable RolloutId supersededBy,
      long nowMillis) {
    RolloutRecord record = view.record();
    boolean mayBeLost = nowMillis < record.suspectUntilMillis();
    RolloutChange.Moved own = null;
    int failed = 0;
    for (int member : site.waves.keySet()) {
      RolloutChange.Moved moved = moves.apply(member);
      own = member == site.own ? moved : own;
      failed += moved != null && moved.phase() == Phase.FAILED ? 1 : 0;
    }
    boolean isSuspect = mayBeLost && isLost(record, own);
    Reason failure = own == null || own.reason() == null ? NO_CAUSE : own.reason();
    long granted = own == null ? 0 : own.grantedMillis();
    return new Standing(
        record,
        complete(view.waves(), record.plan().waves().size()),
        slot.toString(),
        own == null ? site.waves.getOrDefault(site.own, 0) : own.wave(),
        own == null ? Phase.WAITING : own.phase(),
        supersededBy,
        own != null && own.isOutside(),
        isOut(record, own, mayBeLost),
        isSuspect,
        isSuspect
            ? record.suspectUntilMillis() - Rollout.PERMIT_MARGIN_MILLIS
            : granted + record.plan().permitMillis(),
        granted,
        own == null ? -1 : own.prior(),
        failure,
        siteInFlight,
        failed,
        view.waves().stream().mapToInt(it -> it.inFlight() + it.alsoOut()).sum(),
        nowMillis);
  }

  /// Before they are first written down.
  private static List<WaveCount> complete(List<WaveCount> waves, int size) {
    List<WaveCount> all = new ArrayList<>(waves);
    while (all.size() < size) {
      all.add(WaveCount.NONE);
    }
    return all;
  }

  private static boolean isOut(
      RolloutRecord record, RolloutChange.@Nullable Moved moved, boolean mayBeLost) {
    return (moved != null && moved.phase().isInFlight()) || (mayBeLost && isLost(record, moved));
  }

  private static boolean isLost(RolloutRecord record, RolloutChange.@Nullable Moved moved) {
    return moved == null
        || (moved.life() != record.life()
            && moved.phase() != Phase.SUCCEEDED
            && moved.phase() != Phase.BACK);
  }

  @Override
  public List<MemberView> members(RolloutId id, Phase phase, int limit) {
    List<RolloutChange.Moved> moved =
        reader.list(
            """
            SELECT * FROM rollout_members WHERE rollout = ? AND phase = ?
              ORDER BY member LIMIT ?""",
            RolloutRows::moved,
            id.number(),
            (long) phase.ordinal(),
            (long) limit);
    List<MemberView> members = new ArrayList<>();
    RolloutChange.@Nullable Joined block = null;
    for (RolloutChange.Moved each : moved) {
      int member = each.member();
      if (block == null || member >= block.first() + block.slots().size()) {
        block = blockOf(id, member);
      }
      members.add(
          new MemberView(
              block.slots().get(member - block.first()),
              each.wave(),
              each.phase(),
              each.grantedMillis(),
              each.reason()));
    }
    return members;
  }

  private RolloutChange.Joined blockOf(RolloutId id, int member) {
    return reader
        .list(
            """
            SELECT * FROM rollout_blocks WHERE rollout = ? AND first <= ?
              ORDER BY first DESC LIMIT 1""",
            RolloutRows::joined,
            id.number(),
            (long) member)
        .getFirst();
  }

  @Override
  public List<AuditRecord> rolloutEvents(RolloutId id, int limit) {
    return reader.list(
        """
        SELECT * FROM audit WHERE subject = ? AND substr(action, 1, 8) = 'rollout-'
          ORDER BY sequence DESC LIMIT ?""",
        Loading::audit,
        "rollout " + id,
        (long) limit);
  }

  @Override
  public void eachHolder(Name fleet, Name application, Overlay overlay, HolderReader holders) {
    Holders reading = new Holders(fleet, overlay, goes(fleet, application, overlay), holders);
    List<Name> tried = overlay.sitesOf(fleet);
    // In the index's order, but for sites that may be another fleet's now.
    String where =
        HOLDERS_OF_SITES
            + (tried.isEmpty() ? "s.fleet = ?" : OF_FLEET_OR_TRIED)
            + " ORDER BY s.name, d.slot";
    Object[] values = tried.isEmpty() ? new Object[] {fleet} : new Object[] {fleet, list(tried)};
    // A row at a time: a fleet may have a million devices. The reader keeps what it needs.
    if (isLarge(fleet)) {
      HeldReleases held = heldReleases();
      reader.list(
          HOLDERS.formatted("d.id", "") + where,
          r -> {
            String device = r.getString(HOLDER_OWN);
            reading.read(r, held.releases(device), held.isSharing(device));
            return Boolean.TRUE;
          },
          values);
    } else {
      Read<List<Digest>> digestsOf = new Read<>(Columns::digests);
      reader.list(
          HOLDERS.formatted(
                  "t.releases, p.lan",
                  """
                  LEFT JOIN device_states t ON t.device = d.id
                  LEFT JOIN presences p ON p.device = d.id
                  """)
              + where,
          r -> {
            String releases = r.getString(HOLDER_OWN);
            String lan = r.getString(HOLDER_OWN + 1);
            reading.read(
                r,
                releases == null ? List.of() : digestsOf.of(releases),
                lan != null && !lan.isEmpty());
            return Boolean.TRUE;
          },
          values);
    }
  }

  /// Whether a look at all devices is cheaper than one at each of the fleet's.
  private boolean isLarge(Name fleet) {
    return reader
        .list(
            """
            SELECT its >= ? AND its * 10 > (SELECT count(*) FROM sites)
              FROM (SELECT count(*) AS its FROM sites WHERE fleet = ?)""",
            r -> r.getBoolean(1),
            (long) LARGE_SITES,
            fleet)
        .getFirst();
  }

  private HeldReleases heldReleases() {
    HeldReleases held = new HeldReleases();
    reader.list(
        "SELECT device, releases FROM device_states",
        r -> {
          held.has(r.getString(1), r.getString(2));
          return Boolean.TRUE;
        });
    reader.list(
        "SELECT device FROM presences WHERE lan <> ''",
        r -> {
          held.shares(r.getString(1));
          return Boolean.TRUE;
        });
    return held;
  }

  /// Hands over the rows of one fleet. What rows have in common is read once.
  private static final class Holders {
    private final Name fleet;
    private final Overlay overlay;
    private final Goes goes;
    private final HolderReader holders;
    private final Read<Map<String, String>> labelsOf = new Read<>(SqliteRolloutViews::labels);
    private final Read<Name> slotOf = new Read<>(text -> Columns.value(text, Name::new));

    /// Of the row before.
    private long siteRow = -1;

    private @Nullable Name site;
    private boolean isElsewhere;
    private Map<String, String> siteLabels = Map.of();

    private Holders(Name fleet, Overlay overlay, Goes goes, HolderReader holders) {
      this.fleet = fleet;
      this.overlay = overlay;
      this.goes = goes;
      this.holders = holders;
    }

    void read(ResultSet row, List<Digest> releases, boolean shares) throws SQLException {
      Name at = siteOf(row);
      if (isElsewhere) {
        return;
      }
      SlotRef slot = new SlotRef(at, slotOf.of(row.getString(3)));
      AdminObject.Slot its = overlay.slot(slot);
      PlaceFacts place =
          new PlaceFacts(
              fleet, slot, siteLabels, its == null ? labelsOf.of(row.getString(5)) : its.labels());
      if (goes.to(place)) {
        holders.read(place, releases, shares);
      }
    }

    private Name siteOf(ResultSet row) throws SQLException {
      Name before = site;
      long number = row.getLong(1);
      if (before != null && number == siteRow) {
        return before;
      }
      Name next = Columns.value(row.getString(2), Name::new);
      AdminObject.Site tried = overlay.site(next);
      site = next;
      siteRow = number;
      isElsewhere = tried != null && !tried.fleet().equals(fleet);
      siteLabels = tried == null ? labelsOf.of(row.getString(4)) : tried.labels();
      return next;
    }
  }

  private static String list(List<Name> names) {
    return SqliteViews.texts(names.stream().map(Name::text).toList());
  }

  /// What columns say in which many rows say the same: each is read once.
  private static final class Read<T> {
    private static final int KNOWN_MAX = 1_000;

    private final Function<String, T> reader;
    private final Map<String, T> known = new HashMap<>();

    Read(Function<String, T> reader) {
      this.reader = reader;
    }

    T of(@Nullable String column) {
      String text = column == null ? "" : column;
      T value = known.get(text);
      if (value == null) {
        value = reader.apply(text);
        if (known.size() == KNOWN_MAX) {
          known.clear();
        }
        known.put(text, value);
      }
      return value;
    }
  }

  /// Where an application goes.
  ///
  /// @param named sites, and slots as SITE/SLOT, to which it was assigned by name
  private record Goes(List<SyncPolicy> policies, Set<String> named) {
    boolean to(PlaceFacts place) {
      return policies.isEmpty()
          || SyncPolicy.isAnyFor(policies, place.labels())
          || named.contains(place.slot().site().text())
          || named.contains(place.slot().toString());
    }
  }

  private Goes goes(Name fleet, Name application, Overlay overlay) {
    AdminObject.Application over = overlay.application(fleet, application);
    List<SyncPolicy> policies =
        over != null
            ? over.policies()
            : reader
                .list(
                    "SELECT policies FROM sync_policies WHERE fleet = ? AND application = ?",
                    r -> LayerColumns.policies(r.getString("policies")),
                    fleet,
                    application)
                .stream()
                .findFirst()
                .orElse(List.of());
    Set<String> named =
        new HashSet<>(
            reader.list(
                """
                SELECT site || CASE WHEN slot = '' THEN '' ELSE '/' || slot END FROM assignments
                  WHERE fleet = ? AND application = ? AND site <> ''""",
                r -> r.getString(1),
                fleet,
                application));
    return new Goes(policies, named);
  }

  @Override
  public List<SiteLine> siteLines(Name fleet, Overlay overlay) {
    Map<String, SiteTimes> known = new HashMap<>();
    Map<String, Optional<LineRules>> knownLines = new HashMap<>();
    List<Name> tried = overlay.sitesOf(fleet);
    AdminObject.Fleet over = overlay.fleet(fleet);
    return reader.list(
        """
        SELECT s.name, s.time_zone, s.times, f.times AS fleet_times, s.line,
            f.line AS fleet_line, r.bytes_per_second, r.samples, r.measured_millis
          FROM sites s LEFT JOIN fleets f ON f.name = ?1
            LEFT JOIN line_rates r ON r.site = s.name
          WHERE (s.fleet = ?1 OR s.name IN (SELECT value FROM json_each(?2)))
            AND (?3 OR s.times <> '' OR f.times <> '' OR s.line <> '' OR f.line <> ''
              OR r.site IS NOT NULL)
          ORDER BY s.name""",
        r -> {
          Name site = Columns.value(r.getString("name"), Name::new);
          long rate = r.getLong("bytes_per_second");
          AdminObject.Site its = overlay.site(site);
          return new SiteLine(
              site,
              its == null ? r.getString("time_zone") : its.timeZone(),
              its == null && over == null
                  ? timesOf(r.getString("times"), r.getString("fleet_times"), known)
                  : (its == null ? Columns.times(r.getString("times")) : its.times())
                      .over(over == null ? fleetTimes(r.getString("fleet_times")) : over.times()),
              its == null && over == null
                  ? lineOf(r.getString("line"), r.getString("fleet_line"), knownLines)
                  : narrower(
                      its == null ? Columns.line(r.getString("line")) : its.line(),
                      over == null ? fleetLine(r.getString("fleet_line")) : over.line()),
              rate == 0
                  ? null
                  : new LineRate(site, rate, r.getInt("samples"), r.getLong("measured_millis")));
        },
        fleet,
        list(tried),
        over == null && tried.isEmpty() ? 0L : 1L);
  }

  private static SiteTimes fleetTimes(@Nullable String column) {
    return column == null ? SiteTimes.ANY : Columns.times(column);
  }

  /// Many sites have the same: each is read once.
  private static SiteTimes timesOf(
      String site, @Nullable String fleet, Map<String, SiteTimes> known) {
    return known.computeIfAbsent(site + "\n" + fleet, any -> Columns.times(site, fleet));
  }

  private static Optional<LineRules> narrower(
      Optional<LineRules> ofSite, Optional<LineRules> ofFleet) {
    return ofSite.isPresent() ? ofSite : ofFleet;
  }

  private static Optional<LineRules> fleetLine(@Nullable String column) {
    return column == null ? Optional.empty() : Columns.line(column);
  }

  /// A site that says something of its line replaces all that its fleet says.
  private static Optional<LineRules> lineOf(
      String site, @Nullable String fleet, Map<String, Optional<LineRules>> known) {
    String said = site.isEmpty() && fleet != null ? fleet : site;
    return known.computeIfAbsent(said, Columns::line);
  }

  private static Map<String, String> labels(@Nullable String column) {
    return column == null || column.isEmpty() ? Map.of() : Columns.texts(column);
  }
}
