package dev.tombolo.hub.device;

/// That this database is a backup's, and what it therefore may have lost.
///
/// @param backupMillis when the backup was made
/// @param restoredMillis when the hub went on with it
public record Restoration(long backupMillis, long restoredMillis) {
  /// Certificates begin up to ten minutes before they are issued; clocks are not perfect.
  private static final long SLACK_MILLIS = 15 * 60 * 1000;

  /// Whether the hub may have issued this certificate after the backup, so that the database cannot
  /// know it.
  public boolean mayHaveLost(PresentedCertificate shown) {
    return shown.notBeforeMillis() + SLACK_MILLIS >= backupMillis
        && shown.notBeforeMillis() <= restoredMillis;
  }
}
