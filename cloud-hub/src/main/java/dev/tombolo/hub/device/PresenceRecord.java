package dev.tombolo.hub.device;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.desired.LanAddress;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.message.Presence;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;

/// What the hub last saw of a device's line.
///
/// @param bootId of the newest birth; empty before the first
/// @param connect connect count of the newest birth
/// @param seenMillis hub time of the last connect, birth, will or end of a line
/// @param remote address it came from
/// @param lan where it shares within its site; empty when it does not
/// @param lanMillis hub time when that last changed
/// @param features what its agent knows, as its newest birth said; empty: not known
/// @param lanTold what its newest birth said of `lan`: another one waits until it may change again.
///   In memory only
public record PresenceRecord(
    DeviceId device,
    String bootId,
    long connect,
    boolean online,
    long seenMillis,
    String remote,
    String agentVersion,
    List<String> lan,
    long lanMillis,
    List<String> features,
    List<String> lanTold) {
  /// Each change means new documents for the whole site, so an address that comes and goes is
  /// believed no more often.
  public static final Duration LAN_PAUSE = Duration.ofMinutes(5);

  public PresenceRecord {
    lan = List.copyOf(lan);
    features = List.copyOf(features);
    lanTold = List.copyOf(lanTold);
  }

  /// Its agent is known to be too old for this one of [dev.tombolo.protocol.Features].
  public boolean lacks(String feature) {
    return !features.isEmpty() && !features.contains(feature);
  }

  public static PresenceRecord never(DeviceId device) {
    return new PresenceRecord(device, "", 0, false, 0, "", "", List.of(), 0, List.of(), List.of());
  }

  public PresenceRecord came(String from, long nowMillis) {
    return new PresenceRecord(
        device,
        bootId,
        connect,
        true,
        nowMillis,
        from,
        agentVersion,
        lan,
        lanMillis,
        features,
        lanTold);
  }

  public PresenceRecord gone(long nowMillis) {
    return new PresenceRecord(
        device,
        bootId,
        connect,
        false,
        nowMillis,
        remote,
        agentVersion,
        lan,
        lanMillis,
        features,
        lanTold);
  }

  /// Its newest birth.
  ///
  /// Of addresses in its site, what is none is left out.
  public PresenceRecord born(Presence.Birth birth, long nowMillis) {
    List<String> told = birth.lan();
    List<String> named =
        told == null || told.isEmpty()
            ? List.of()
            : told.stream()
                .filter(LanAddress::isValid)
                .distinct()
                .sorted()
                .limit(Limits.LAN_ADDRESSES_MAX)
                .toList();
    return new PresenceRecord(
            device,
            birth.bootId(),
            birth.connect(),
            true,
            nowMillis,
            remote,
            birth.agentVersion(),
            lan,
            lanMillis,
            List.copyOf(new TreeSet<>(birth.features())),
            named)
        .settled(nowMillis);
  }

  /// It told of other addresses too soon after the last change.
  public boolean lanWaits() {
    return !lanTold.equals(lan);
  }

  /// With the addresses it told of last, if they may change by now. A change in the future was made
  /// before the clock was set back: nobody knows when.
  public PresenceRecord settled(long nowMillis) {
    long age = nowMillis - lanMillis;
    if (!lanWaits() || (lanMillis != 0 && age >= 0 && age < LAN_PAUSE.toMillis())) {
      return this;
    }
    return new PresenceRecord(
        device,
        bootId,
        connect,
        online,
        seenMillis,
        remote,
        agentVersion,
        lanTold,
        nowMillis,
        features,
        lanTold);
  }
}
