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
import dev.tombolo.hub.rollout.Held;
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
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads rollouts beside the writer.
final class SqliteRolloutViews implements RolloutViews {
  private static final Reason NO_CAUSE = new Reason.Unknown("the device named no cause");

  /// Blocks are in the order of sites, then slots: with a slash between them the text is not, since
  /// `a-b/c` comes before `a/c`.
  private static final String BEFORE_ALL_SLOTS = " ";

  private static final String AFTER_ALL_SLOTS = " ~";

  private static final int NAMES_MAX = 1_000;

  private static final String OF_FLEET = "s.fleet = ?3";

  private static final String OF_FLEET_OR_TRIED =
      "(+s.fleet = ?3 OR s.name IN (SELECT value FROM json_each(?4)))";

  /// In the index's order, but for sites that may be another fleet's now.
  private static final String HOLDERS =
      """
      FROM sites s CROSS JOIN devices d ON d.site = s.name
          LEFT JOIN slots l ON l.site = d.site AND l.name = d.slot
          %s
        WHERE d.standing = 'active' AND s.name >= ?1
          AND d.slot > CASE WHEN s.name = ?1 THEN ?2 ELSE '' END AND %s
        ORDER BY s.name, d.slot""";

  private static final String THERE =
      """
      LEFT JOIN device_states t ON t.device = d.id
          LEFT JOIN presences p ON p.device = d.id""";

  /// Of a fleet with fewer sites each device is looked up.
  static final int LARGE_SITES = 500;

  private static final String SITE_LINES =
      """
      FROM sites s LEFT JOIN fleets f ON f.name = ?3 LEFT JOIN line_rates r ON r.site = s.name
        WHERE s.name > ?1 AND %s
          AND (?2 OR s.times <> '' OR f.times <> '' OR s.line <> '' OR f.line <> ''
            OR r.site IS NOT NULL)
        ORDER BY s.name""";

  private static final String BLOCKS_BETWEEN =
      """
      SELECT * FROM rollout_blocks
        WHERE rollout = ? AND replace(first_slot, '/', ' ') < ?
          AND replace(last_slot, '/', ' ') >= ? ORDER BY first""";

  private final Reader reader;
  private final PackedRows packed;

  /// Runs queries.
  interface Reader {
    <T> List<T> list(String sql, SqliteViews.Row<T> row, @Nullable Object... values);
  }

  SqliteRolloutViews(Reader reader) {
    this.reader = reader;
    this.packed = new PackedRows(reader);
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
  public void eachHolder(
      Name fleet, Name application, Digest asked, Overlay overlay, HolderReader holders) {
    Places places = new Places(fleet, overlay, goes(fleet, application, overlay));
    if (isLarge(fleet)) {
      HeldReleases held = heldReleases(asked);
      eachPlace(
          places,
          "",
          List.of("d.id"),
          (place, row) -> {
            int its = held.of(row, Places.OWN);
            holders.read(place, held.held(its), HeldReleases.isSharing(its));
            return true;
          });
    } else {
      Read<Held> heldOf = new Read<>(HeldReleases::held);
      eachPlace(
          places,
          THERE,
          List.of("coalesce(" + HeldReleases.column(asked) + ", '')", "coalesce(p.lan <> '', 0)"),
          (place, row) -> {
            holders.read(place, heldOf.of(row, Places.OWN), row.is(Places.OWN + 1, "1"));
            return true;
          });
    }
  }

  @Override
  public void eachPlace(
      Name fleet, Name application, Overlay overlay, Predicate<PlaceFacts> isNextWanted) {
    eachPlace(
        new Places(fleet, overlay, goes(fleet, application, overlay)),
        "",
        List.of(),
        (place, row) -> isNextWanted.test(place));
  }

  /// @param joined where what else is read of a device stands
  /// @param own what that is
  /// @param reader false: the next is not wanted
  private void eachPlace(
      Places places,
      String joined,
      List<String> own,
      BiPredicate<PlaceFacts, PackedRows.Row> reader) {
    List<Name> tried = places.overlay.sitesOf(places.fleet);
    List<String> columns = new ArrayList<>(Places.COLUMNS);
    columns.addAll(own);
    boolean[] isOver = {false};
    packed.each(
        PackedRows.sql(
            HOLDERS.formatted(joined, tried.isEmpty() ? OF_FLEET : OF_FLEET_OR_TRIED),
            columns.toArray(new String[0])),
        places.after("", "", tried),
        row -> {
          PlaceFacts place = isOver[0] ? null : places.read(row);
          if (place != null) {
            isOver[0] = !reader.test(place, row);
          }
        },
        row -> isOver[0] ? null : places.after(row.text(0), row.text(Places.SLOT), tried));
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

  private HeldReleases heldReleases(Digest asked) {
    HeldReleases held = new HeldReleases();
    // A row that is written anew meanwhile may be met twice; what comes later is newer.
    packed.each(
        PackedRows.sql(
            "FROM device_states t WHERE t.rowid > ? ORDER BY t.rowid",
            "t.device",
            HeldReleases.column(asked),
            "t.rowid"),
        new Object[] {0L},
        held::has,
        row -> new Object[] {row.number(2)});
    packed.each(
        PackedRows.sql(
            "FROM presences WHERE lan <> '' AND rowid > ? ORDER BY rowid", "device", "rowid"),
        new Object[] {0L},
        held::shares,
        row -> new Object[] {row.number(1)});
    return held;
  }

  /// The places of one fleet to which an application goes. What rows have in common is read once.
  private static final class Places {
    /// The site, its labels, the slot, its labels.
    private static final List<String> COLUMNS =
        List.of("d.site", "s.labels", "d.slot", "coalesce(l.labels, '')");

    private static final int SLOT = 2;

    /// What else is read.
    private static final int OWN = 4;

    private final Name fleet;
    private final Overlay overlay;
    private final Goes goes;
    private final Read<Map<String, String>> labelsOf = new Read<>(SqliteRolloutViews::labels);
    private final Read<Name> slotOf = new Read<>(text -> Columns.value(text, Name::new));

    /// Of the row before.
    private @Nullable Name site;

    private boolean isElsewhere;
    private Map<String, String> siteLabels = Map.of();

    private Places(Name fleet, Overlay overlay, Goes goes) {
      this.fleet = fleet;
      this.overlay = overlay;
      this.goes = goes;
    }

    /// The values of [#HOLDERS] for what comes behind a place.
    Object[] after(String behind, String slot, List<Name> tried) {
      return tried.isEmpty()
          ? new Object[] {behind, slot, fleet}
          : new Object[] {behind, slot, fleet, list(tried)};
    }

    /// @return null: the application does not go there
    @Nullable PlaceFacts read(PackedRows.Row row) {
      Name at = siteOf(row);
      if (isElsewhere) {
        return null;
      }
      SlotRef slot = new SlotRef(at, slotOf.of(row, SLOT));
      AdminObject.Slot its = overlay.slot(slot);
      PlaceFacts place =
          new PlaceFacts(
              fleet, slot, siteLabels, its == null ? labelsOf.of(row, SLOT + 1) : its.labels());
      return goes.to(place) ? place : null;
    }

    private Name siteOf(PackedRows.Row row) {
      Name before = site;
      if (before != null && row.is(0, before.text())) {
        return before;
      }
      Name next = Columns.value(row.text(0), Name::new);
      AdminObject.Site tried = overlay.site(next);
      site = next;
      isElsewhere = tried != null && !tried.fleet().equals(fleet);
      siteLabels = tried == null ? labelsOf.of(row, 1) : tried.labels();
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

    /// Of the row before.
    private String last = "";

    private @Nullable T lastValue;

    Read(Function<String, T> reader) {
      this.reader = reader;
    }

    T of(PackedRows.Row row, int column) {
      T before = lastValue;
      if (before != null && row.is(column, last)) {
        return before;
      }
      last = row.text(column);
      lastValue = of(last);
      return lastValue;
    }

    private T of(String text) {
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
    List<Name> tried = overlay.sitesOf(fleet);
    long isEachTold = overlay.fleet(fleet) == null && tried.isEmpty() ? 0 : 1;
    List<SiteLine> lines = new ArrayList<>();
    Map<String, SiteTimes> known = new HashMap<>();
    Map<String, Optional<LineRules>> knownLines = new HashMap<>();
    packed.each(
        PackedRows.sql(
            SITE_LINES.formatted(tried.isEmpty() ? OF_FLEET : OF_FLEET_OR_TRIED),
            "s.name",
            "s.time_zone",
            "s.times",
            "coalesce(f.times, '')",
            "s.line",
            "coalesce(f.line, '')",
            "coalesce(r.bytes_per_second, 0)",
            "coalesce(r.samples, 0)",
            "coalesce(r.measured_millis, 0)"),
        siteLinesAfter("", isEachTold, fleet, tried),
        row -> lines.add(siteLine(row, overlay, overlay.fleet(fleet), known, knownLines)),
        row -> siteLinesAfter(row.text(0), isEachTold, fleet, tried));
    return lines;
  }

  private static Object[] siteLinesAfter(
      String site, long isEachTold, Name fleet, List<Name> tried) {
    return tried.isEmpty()
        ? new Object[] {site, isEachTold, fleet}
        : new Object[] {site, isEachTold, fleet, list(tried)};
  }

  private static SiteLine siteLine(
      PackedRows.Row row,
      Overlay overlay,
      AdminObject.@Nullable Fleet over,
      Map<String, SiteTimes> known,
      Map<String, Optional<LineRules>> knownLines) {
    Name site = Columns.value(row.text(0), Name::new);
    AdminObject.Site its = overlay.site(site);
    SiteTimes times;
    Optional<LineRules> line;
    if (its == null && over == null) {
      times = timesOf(row.text(2), row.text(3), known);
      line = lineOf(row.text(4), row.text(5), knownLines);
    } else {
      times =
          (its == null ? Columns.times(row.text(2)) : its.times())
              .over(over == null ? Columns.times(row.text(3)) : over.times());
      line =
          narrower(
              its == null ? Columns.line(row.text(4)) : its.line(),
              over == null ? Columns.line(row.text(5)) : over.line());
    }
    long rate = row.number(6);
    return new SiteLine(
        site,
        its == null ? row.text(1) : its.timeZone(),
        times,
        line,
        rate == 0 ? null : new LineRate(site, rate, (int) row.number(7), row.number(8)));
  }

  /// Many sites have the same: each is read once.
  private static SiteTimes timesOf(String site, String fleet, Map<String, SiteTimes> known) {
    return known.computeIfAbsent(site + "\n" + fleet, any -> Columns.times(site, fleet));
  }

  private static Optional<LineRules> narrower(
      Optional<LineRules> ofSite, Optional<LineRules> ofFleet) {
    return ofSite.isPresent() ? ofSite : ofFleet;
  }

  /// A site that says something of its line replaces all that its fleet says.
  private static Optional<LineRules> lineOf(
      String site, String fleet, Map<String, Optional<LineRules>> known) {
    String said = site.isEmpty() ? fleet : site;
    return known.computeIfAbsent(said, Columns::line);
  }

  private static Map<String, String> labels(String column) {
    return column.isEmpty() ? Map.of() : Columns.texts(column);
  }
}
