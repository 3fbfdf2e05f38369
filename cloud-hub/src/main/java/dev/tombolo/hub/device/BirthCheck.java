package dev.tombolo.hub.device;

import dev.tombolo.protocol.message.Presence;
import java.util.List;

/// Whether a birth is news, old, or a sign that two devices use one identity.
public final class BirthCheck {
  /// A boot id that comes back within this time, after another one was seen, is a second device.
  public static final long ALTERNATION_MILLIS = 10 * 60 * 1000;

  private BirthCheck() {}

  /// The newest birth of one boot of a device's agent.
  public record Boot(String bootId, long connect, long millis) {}

  public enum Verdict {
    NEWEST,
    STALE,
    TWO_DEVICES
  }

  /// @param boots seen before, oldest first
  public static Verdict check(List<Boot> boots, Presence.Birth birth, long nowMillis) {
    for (int i = 0; i < boots.size(); i++) {
      Boot boot = boots.get(i);
      if (!boot.bootId().equals(birth.bootId())) {
        continue;
      }
      if (birth.connect() < boot.connect()) {
        return Verdict.STALE;
      }
      boolean isLatest = i == boots.size() - 1;
      if (isLatest) {
        return Verdict.NEWEST;
      }
      if (birth.connect() == boot.connect()) {
        return Verdict.STALE;
      }
      // A boot id is drawn at each start of the agent, so one process cannot come back after the
      // next one: both must be running.
      Boot next = boots.get(i + 1);
      return nowMillis - next.millis() < ALTERNATION_MILLIS ? Verdict.TWO_DEVICES : Verdict.NEWEST;
    }
    return Verdict.NEWEST;
  }

  /// Whether a will speaks of the newest birth.
  public static boolean isOfNewestBirth(PresenceRecord presence, Presence.Will will) {
    return will.bootId().equals(presence.bootId()) && will.connect() == presence.connect();
  }
}
