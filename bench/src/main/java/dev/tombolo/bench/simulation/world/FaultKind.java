package dev.tombolo.bench.simulation.world;

import java.util.Locale;

/// What can go wrong in a simulated world. To add one: a constant here, its cause in [Faults], and
/// nothing else; the report counts it, and a run in which it never happened fails.
public enum FaultKind {
  /// A line breaks; what is on its way in either direction is lost.
  LINE_BREAK,
  /// One message waits, and all behind it.
  DELAY,
  /// The hub hears a message twice, as a broker may say it twice (MQTT 5 s. 4.4).
  DUPLICATE,
  /// An `acked` is lost: it travels with QoS 0.
  LOST_ACKED,
  /// The hub did what an HTTP request asked; the answer is lost.
  LOST_ANSWER,
  /// A site cannot reach the hub.
  PARTITION,
  /// What a site says arrives, and it hears nothing.
  ONE_WAY_UP,
  /// A site hears the hub, and nothing that it says arrives.
  ONE_WAY_DOWN,
  /// A site's line comes and goes for minutes.
  FLAPPING,
  /// All sites at once are cut off, and come back at once.
  REGION_OUTAGE,
  /// The agent's process dies.
  AGENT_KILL,
  /// The agent's process is asked to stop, and started again.
  AGENT_STOP,
  /// The device loses its power; what was written and not synced is gone or torn.
  POWER_CUT,
  /// The hub's process dies.
  HUB_KILL,
  /// The hub's machine dies: devices notice by silence only.
  HUB_POWER_CUT,
  AGENT_DISK_FULL,
  HUB_DISK_FULL,
  /// A commit is said to have failed, and is durable.
  COMMIT_UNKNOWN,
  /// The device's clock goes wrong by up to ten years.
  CLOCK_JUMP,
  /// The device boots in 1970.
  BOOT_IN_1970,
  SLOW_DEVICE,
  /// A file in the device's store goes bad.
  BIT_ROT,
  /// The disk refuses to rename a link, once.
  SWITCH_FAILS,
  /// A workload ends by itself, or answers no more.
  WORKLOAD_DEATH,
  /// A commit of the hub is said to have failed, and is durable.
  HUB_COMMIT_UNKNOWN,
  /// Somebody with the hub's keys, not the publisher's, sends a document of their own.
  CONQUERED_HUB,
  /// Somebody with a device's key asks for a file of any release.
  CURIOUS_DEVICE,
  /// The hub's signatures take more than half a minute.
  SLOW_SIGNATURES,
  /// The hub's clock is wrong by up to some hours, then right again.
  HUB_CLOCK_JUMP,
  /// The hub gets a new document key, or a new CA.
  HUB_KEYS_ROTATED,
  /// The publisher gets a new key beside those before it.
  PUBLISHER_ROTATED,
  /// The hub's machine is lost; another goes on with a backup, now and then an old one, or the same
  /// one again.
  HUB_RESTORED,
  /// A device's disk is copied into a second machine, and both run.
  DISK_COPIED,
  /// A device's database is damaged, or somebody has deleted it.
  DATABASE_DAMAGED;

  /// As on the command line: `line-break`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static FaultKind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
