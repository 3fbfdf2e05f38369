package dev.tombolo.hub.rollout;

/// Where one device of a rollout stands. Written as its ordinal: append, never reorder.
///
/// ```
///   WAITING --> READY --> PERMITTED --> SWITCHED --> SUCCEEDED
///      ^          ^           |            |   |
///      |          '-- unused -'            |   '---> FAILED --> RETRYING
///      |                                   |                       |
///      '-------- dark when it was over ----'                       |
///      '-------------------- gone back to what it had -------------'
///
///   SUCCEEDED, SWITCHED, PERMITTED --> BACK, when the rollout is rolled back
/// ```
///
/// What a device reports counts whatever was expected of it: who says that it runs the release has
/// succeeded, in whatever phase it was.
public enum Phase {
  /// Not heard of since its wave opened, or still downloading.
  WAITING,
  /// It has the release on its disk and waits for leave to switch.
  READY,
  /// It may be switching at any moment.
  PERMITTED,
  /// It said that it has switched; the outcome is not known.
  SWITCHED,
  /// It runs the release, proven by its probes.
  SUCCEEDED,
  /// It rolled back, or refused the release.
  FAILED,
  /// To be tried again as soon as it has gone back to what it had before.
  RETRYING,
  /// The rollout was rolled back, and so was the device.
  BACK,
  /// The hardware that has, or may have, its permit was put out of the slot, and may be alive in
  /// the dark. Whoever holds the slot now waits until that permit is surely over.
  LOST;

  private static final Phase[] ALL = values();

  static final int COUNT = ALL.length;

  public static Phase of(int ordinal) {
    return ALL[ordinal];
  }

  /// Whether it takes part of the budgets.
  public boolean isInFlight() {
    return this == PERMITTED || this == SWITCHED || this == LOST;
  }

  /// Whether a device that had a permit may have switched without being heard.
  boolean maySwitchUnheard() {
    return this == WAITING || this == READY || this == PERMITTED;
  }

  boolean isDecided() {
    return this == SUCCEEDED || this == FAILED || this == BACK;
  }
}
