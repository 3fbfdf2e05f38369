package dev.tombolo.hub.device;

import org.jspecify.annotations.Nullable;

/// That this database is a backup's, and what it therefore may have lost.
///
/// @param backupMillis when the backup was made; after several restores, the oldest of the backups
/// @param restoredMillis when the hub went on with it
public record Restoration(long backupMillis, long restoredMillis) {
  /// Certificates begin up to ten minutes before they are issued; clocks are not perfect.
  private static final long SLACK_MILLIS = 15 * 60 * 1000;

  /// What this restore may have lost, and those before it whose backups this one came after: a
  /// device that enrolled in between may not have come back yet.
  public static Restoration after(
      @Nullable Restoration before, long backupMillis, long restoredMillis) {
    return new Restoration(
        before == null ? backupMillis : Math.min(before.backupMillis, backupMillis),
        restoredMillis);
  }

  /// Whether the hub may have issued this certificate after the backup, so that the database cannot
  /// know it.
  public boolean mayHaveLost(PresentedCertificate shown) {
    return shown.notBeforeMillis() + SLACK_MILLIS >= backupMillis
        && shown.notBeforeMillis() <= restoredMillis;
  }
}
