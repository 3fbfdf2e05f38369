package dev.tombolo.hub.daemon;

import dev.tombolo.hub.sqlite.DatabaseDamaged;
import java.io.IOException;
import java.nio.file.Path;

/// The hub does not run on its damaged database; the message says what was found, and the way back.
public final class DataDamaged extends IOException {
  private static final long serialVersionUID = 1;

  DataDamaged(Path data, DatabaseDamaged damage) {
    super(words(data, damage), damage);
  }

  private static String words(Path data, DatabaseDamaged damage) {
    return data.resolve("hub.db")
        + " is damaged: "
        + damage.getMessage()
        + "; no hub runs on it. Check the disk, then restore a backup: tombolo hub restore --from "
        + LastBackup.of(data).map(DataDamaged::quoted).orElse("BACKUP.tombolo")
        + " --data "
        + quoted(data)
        + " --replace";
  }

  /// As a shell takes it for one word.
  private static String quoted(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./+:=@-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
