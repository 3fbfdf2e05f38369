package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.audit.AuditRecord;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads rollouts beside the writer.
final class SqliteRolloutViews implements RolloutViews {
  private static final Reason NO_CAUSE = new Reason.Unknown("the device named no cause");

  /// Blocks are in the order of sites, then slots: with a slash between them the text is not, since
  /// `a-b/c` comes before `a/c`.
  private static final String BEFORE_ALL_SLOTS = " ";

  private static final String AFTER_ALL_SLOTS = " ~";

  private final Reader reader;

  /// Runs queries.
  interface Reader {
    <T> List<T> list(String sql, SqliteViews.Row<T> row, @Nullable Object... values);
  }

  SqliteRolloutViews(Reader reader) {
    this.reader = reader;
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
    List<Standing> standings = new ArrayList<>();
    Map<Name, RolloutId> newest = new HashMap<>();
    for (RolloutView view : there) {
      Neighbours site = neighbours(view.record(), slot);
      if (site.own >= 0) {
        RolloutRecord record = view.record();
        standings.add(standing(view, slot, site, newest.get(record.application()), nowMillis));
        newest.putIfAbsent(record.application(), record.id());
      }
    }
    return standings;
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
            """
            SELECT * FROM rollout_blocks
              WHERE rollout = ? AND replace(first_slot, '/', ' ') < ?
                AND replace(last_slot, '/', ' ') >= ? ORDER BY first""",
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
      @Nullable RolloutId supersededBy,
      long nowMillis) {
    RolloutRecord record = view.record();
    boolean mayBeLost = nowMillis < record.suspectUntilMillis();
    RolloutChange.Moved own = null;
    int inFlight = 0;
    int failed = 0;
    for (int member : site.waves.keySet()) {
      RolloutChange.Moved moved = moved(record.id(), member);
      own = member == site.own ? moved : own;
      inFlight += isOut(record, moved, mayBeLost) ? 1 : 0;
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
        isOut(record, own, mayBeLost),
        isSuspect,
        isSuspect ? record.suspectUntilMillis() : granted + record.plan().permitMillis(),
        granted,
        own == null ? -1 : own.prior(),
        failure,
        inFlight,
        failed,
        view.waves().stream().mapToInt(WaveCount::inFlight).sum(),
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

  private RolloutChange.@Nullable Moved moved(RolloutId id, int member) {
    return reader
        .list(
            "SELECT * FROM rollout_members WHERE rollout = ? AND member = ?",
            RolloutRows::moved,
            id.number(),
            (long) member)
        .stream()
        .findFirst()
        .orElse(null);
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
  public void eachHolder(Name fleet, HolderReader holders) {
    // A row at a time: a fleet may have a million devices. The reader keeps what it needs.
    reader.list(
        """
        SELECT d.site, d.slot, s.labels AS site_labels, l.labels AS slot_labels, t.releases
          FROM sites s CROSS JOIN devices d ON d.site = s.name
            LEFT JOIN slots l ON l.site = d.site AND l.name = d.slot
            LEFT JOIN device_states t ON t.device = d.id
          WHERE s.fleet = ? AND d.standing = 'active' ORDER BY s.name, d.slot""",
        r -> {
          Map<String, String> labels = new HashMap<>(labels(r.getString("site_labels")));
          labels.putAll(labels(r.getString("slot_labels")));
          String releases = r.getString("releases");
          holders.read(
              new SlotRef(
                  Columns.value(r.getString("site"), Name::new),
                  Columns.value(r.getString("slot"), Name::new)),
              labels,
              releases == null ? List.of() : Columns.digests(releases));
          return Boolean.TRUE;
        },
        fleet);
  }

  private static Map<String, String> labels(@Nullable String column) {
    return column == null || column.equals("{\"m\":{}}") ? Map.of() : Columns.texts(column);
  }
}
