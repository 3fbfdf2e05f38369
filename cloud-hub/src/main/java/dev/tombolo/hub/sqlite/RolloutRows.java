package dev.tombolo.hub.sqlite;

import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.RolloutChange;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutJson;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.WaveCount;
import dev.tombolo.protocol.id.SlotRef;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// How rollouts stand in rows. Who takes part stands in blocks, in the order of the slots; a device
/// has a row of its own only once it has moved.
final class RolloutRows {
  /// 33 waves at the most, a character each.
  private static final int RADIX = 36;

  private RolloutRows() {}

  static String slots(List<SlotRef> slots) {
    StringBuilder text = new StringBuilder(slots.size() * 24);
    for (SlotRef slot : slots) {
      text.append(text.isEmpty() ? "" : "\n").append(slot.site().text()).append('/');
      text.append(slot.slot().text());
    }
    return text.toString();
  }

  static List<SlotRef> slots(String column, SharedValues shared) {
    List<SlotRef> slots = new ArrayList<>();
    if (!column.isEmpty()) {
      for (String line : column.split("\n")) {
        slots.add(shared.slot(Columns.value(line, SlotRef::parse)));
      }
    }
    return slots;
  }

  static String waves(byte[] waves) {
    StringBuilder text = new StringBuilder(waves.length);
    for (byte wave : waves) {
      text.append(Character.forDigit(wave, RADIX));
    }
    return text.toString();
  }

  static byte[] waves(String column) {
    byte[] waves = new byte[column.length()];
    for (int i = 0; i < waves.length; i++) {
      waves[i] = (byte) Character.digit(column.charAt(i), RADIX);
    }
    return waves;
  }

  static RolloutRecord record(ResultSet r) throws SQLException {
    return Columns.read(r.getString("record"), RolloutJson::record);
  }

  static List<WaveCount> counts(ResultSet r) throws SQLException {
    return Columns.read(r.getString("counts"), RolloutJson::counts);
  }

  static RolloutChange.Joined joined(ResultSet r) throws SQLException {
    return joined(r, SharedValues.NONE);
  }

  static RolloutChange.Joined joined(ResultSet r, SharedValues shared) throws SQLException {
    return new RolloutChange.Joined(
        new RolloutId(r.getLong("rollout")),
        r.getInt("first"),
        slots(r.getString("slots"), shared),
        waves(r.getString("waves")));
  }

  static RolloutChange.Moved moved(ResultSet r) throws SQLException {
    return new RolloutChange.Moved(
        new RolloutId(r.getLong("rollout")),
        r.getInt("member"),
        r.getInt("wave"),
        Phase.of(r.getInt("phase")),
        r.getLong("granted"),
        r.getInt("prior"),
        r.getInt("holder"),
        r.getInt("life"),
        Columns.reason(r.getString("reason")),
        r.getInt("outside") != 0);
  }
}
