package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.files.RevocationJournal;
import dev.tombolo.hub.http.api.BackupContent;
import dev.tombolo.hub.http.api.BackupFile;
import dev.tombolo.hub.sqlite.DatabaseCopy;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class BackupTest {
  private static final Instant NOW = Instant.parse("2026-11-27T02:00:00Z");

  @TempDir Path folder;
  private Path data;
  private Path file;

  @BeforeEach
  void backUp() throws IOException {
    data = folder.resolve("data");
    file = folder.resolve("hub.tombolo");
    try (HubDaemon _ = HubDaemon.start(config(data))) {
      Backup.make(data, file, false, NOW);
    }
  }

  @Test
  void itIsForItsOwnerOnlyAndLeavesNothingBeside() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var beside = Files.list(folder)) {
      assertThat(beside).containsExactlyInAnyOrder(data, file);
    }
    assertThat(BackupArchive.content(file).entries())
        .extracting(BackupFile::name)
        .contains("hub.db", "ca/root.pem", "ca/root-key.pem", "ca/document-key.pem", "admin-token")
        .doesNotContain("revocations.log", "hub.lock");
  }

  @Test
  void aHubGoesOnFromItUnderAHistoryOfItsOwn() throws IOException {
    Path again = folder.resolve("again");
    Restore.Restored restored = restore(again, false);

    assertThat(restored.history().epoch()).isEqualTo(2);
    assertThat(restored.setAside()).isEmpty();
    assertThat(DatabaseCopy.historyOf(again.resolve("hub.db"))).containsExactly(restored.history());
    assertThat(Files.readString(again.resolve("ca/root.pem")))
        .isEqualTo(Files.readString(data.resolve("ca/root.pem")));
    HubDaemon.start(config(again)).close();
  }

  @Test
  void whatTheHubWritesMeanwhileDoesNotSpoilIt() throws IOException {
    Path list = data.resolve("ca/revoked.pem");
    Files.writeString(list, "before");
    Path work = Files.createDirectory(folder.resolve("work"));

    Map<String, Path> files = Backup.gather(data, work);
    List<BackupFile> entries = described(files);
    Files.writeString(list, "one more is revoked");
    BackupArchive.write(file, work, content(entries), files);

    restore(folder.resolve("again"), false);
    assertThat(folder.resolve("again/ca/revoked.pem")).hasContent("before");
  }

  @Test
  void aFileThatIsNoLongerAsDescribedIsNoBackup() throws IOException {
    byte[] before = Files.readAllBytes(file);
    Path list = Files.writeString(folder.resolve("revoked.pem"), "before");
    Map<String, Path> files = Map.of("ca/revoked.pem", list);
    List<BackupFile> entries = described(files);
    Files.writeString(list, "one more is revoked");

    assertThatThrownBy(() -> BackupArchive.write(file, folder, content(entries), files))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ca/revoked.pem was changed");
    assertThat(file).hasBinaryContent(before);
    assertThat(folder.resolve("archive.part")).doesNotExist();
  }

  /// With the whole database and all keys in it.
  @Test
  void whatAKilledBackupLeftIsRemovedByTheNextOneAndNothingElse() throws IOException {
    Path killed = Files.createDirectory(folder.resolve(".tombolo-backup1"));
    Files.createDirectory(killed.resolve("ca"));
    Files.writeString(killed.resolve("hub.db"), "all of it");
    Files.writeString(killed.resolve("ca/root-key.pem"), "key");
    Files.writeString(killed.resolve("held"), "");
    Path older = Files.createDirectory(folder.resolve(".tombolo-backup2"));
    Files.writeString(older.resolve("hub.db"), "all of it");
    try (BackupFolder running = BackupFolder.make(folder)) {
      Path copy = Files.writeString(running.path().resolve("hub.db"), "half of it");

      Backup.make(data, file, false, NOW);

      assertThat(copy).exists();
      assertThat(killed).doesNotExist();
      assertThat(older).doesNotExist();
    }
    try (var beside = Files.list(folder)) {
      assertThat(beside).containsExactlyInAnyOrder(data, file);
    }
  }

  private BackupContent content(List<BackupFile> entries) throws IOException {
    BackupContent made = BackupArchive.content(file);
    return new BackupContent(
        made.format(),
        made.version(),
        made.madeMillis(),
        made.epoch(),
        made.history(),
        made.root(),
        made.devices(),
        made.auditSequence(),
        made.auditHash(),
        made.withFiles(),
        entries,
        made.releaseFiles());
  }

  private static List<BackupFile> described(Map<String, Path> files) throws IOException {
    List<BackupFile> entries = new ArrayList<>();
    for (Map.Entry<String, Path> each : files.entrySet()) {
      entries.add(BackupArchive.describe(each.getKey(), each.getValue()));
    }
    return entries;
  }

  @Test
  void theFolderMayBeNamedInARoundaboutWay() throws IOException {
    restore(folder.resolve("./data/../again"), false);

    HubDaemon.start(config(folder.resolve("again"))).close();
  }

  @Test
  void restoredTwiceTheHistoriesDiffer() throws IOException {
    History first = restore(folder.resolve("first"), false).history();
    History second = restore(folder.resolve("second"), false).history();

    assertThat(first.id()).isNotEqualTo(second.id());
  }

  @Test
  void restoredOverAHubItsEpochIsPassedAndItIsSetAside() throws IOException {
    restore(data, true);
    Restore.Restored again = restore(data, true);

    assertThat(again.history().epoch()).isEqualTo(3);
    assertThat(again.setAside().orElseThrow().resolve("hub.db")).exists();
    assertThat(data.resolve("restore.tmp")).doesNotExist();
  }

  @Test
  void settingsThatTheBackupReplacesAreSetAside() throws IOException {
    Files.writeString(data.resolve("hub.yaml"), "edge: {port: 8443}\n");
    try (HubDaemon _ = HubDaemon.start(config(data))) {
      Backup.make(data, file, false, NOW);
    }
    Files.writeString(data.resolve("hub.yaml"), "edge: {port: 9443}\n");

    Path aside = restore(data, true).setAside().orElseThrow();

    assertThat(data.resolve("hub.yaml")).hasContent("edge: {port: 8443}");
    assertThat(aside.resolve("hub.yaml")).hasContent("edge: {port: 9443}");
  }

  @Test
  void settingsThatTheBackupDoesNotHaveStay() throws IOException {
    Files.writeString(data.resolve("hub.yaml"), "edge: {port: 9443}\n");

    restore(data, true);

    assertThat(data.resolve("hub.yaml")).hasContent("edge: {port: 9443}");
  }

  /// A copy that was made elsewhere an hour ago, and a device that was revoked since.
  @Test
  void theFoldersOwnJournalCountsBesideAnOlderCopy() throws IOException {
    DeviceId one = DeviceId.ofKey(new byte[] {1});
    Path copy = Files.writeString(folder.resolve("copy.log"), "");
    RevocationJournal.open(data.resolve("revocations.log"))
        .note(new RevocationJournal.Line(one, Standing.REVOKED, NOW.toEpochMilli()));

    Restore.Restored restored = Restore.restore(file, data, Optional.of(copy), true, "alice", NOW);

    assertThat(restored.standingsTaken()).isEqualTo(1);
  }

  @Test
  void aFolderWithAHubIsNotTouchedUnasked() throws IOException {
    byte[] before = Files.readAllBytes(data.resolve("ca/root-key.pem"));

    assertThatThrownBy(() -> restore(data, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--replace");
    assertThat(data.resolve("ca/root-key.pem")).hasBinaryContent(before);
  }

  @Test
  void aFolderOfARunningHubIsNotTouched() throws IOException {
    try (HubDaemon _ = HubDaemon.start(config(data))) {
      assertThatThrownBy(() -> restore(data, true))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another hub");
    }
  }

  @Test
  void noHubStartsWhereARestoreWasCutOffUntilItIsMadeAgain() throws IOException {
    Path again = folder.resolve("again");
    try (DataFolder cut = DataFolder.holdForRestore(again)) {
      cut.beginRestore();
    }

    assertThatThrownBy(() -> HubDaemon.start(config(again)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tombolo hub restore");
    restore(again, false);
    HubDaemon.start(config(again)).close();
  }

  @Test
  void aDamagedFileIsRefusedBeforeAnythingIsChanged() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    for (int at = bytes.length / 3; at < bytes.length / 3 + 40; at++) {
      bytes[at] ^= 0x55;
    }
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    Path again = folder.resolve("again");

    assertThatThrownBy(() -> restore(again, false)).isInstanceOf(IOException.class);
    assertThat(again.resolve("hub.db")).doesNotExist();
    assertThat(again.resolve("restoring")).doesNotExist();
  }

  @Test
  void whatIsNoBackupIsSaidSo() throws IOException {
    Files.writeString(file, "not a backup");

    assertThatThrownBy(() -> restore(folder.resolve("again"), false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a backup of a hub");
  }

  @Test
  void theRootRotatesOnlyWhileTheHubIsStoppedAndIsAudited() throws IOException {
    try (HubDaemon _ = HubDaemon.start(config(data))) {
      assertThatThrownBy(() -> AuthorityChange.rotateRoot(data, Duration.ofDays(800), "bob", NOW))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another hub");
    }
    long before = DatabaseCopy.check(data.resolve("hub.db")).auditSequence();

    AuthorityChange.Changed changed =
        AuthorityChange.rotateRoot(data, Duration.ofDays(800), "bob", Instant.now());
    AuthorityChange.rotateDocumentKey(data, "bob", Instant.now());

    assertThat(changed.rootsInService()).isEqualTo(2);
    assertThat(changed.after()).isNotEqualTo(changed.before());
    assertThat(DatabaseCopy.check(data.resolve("hub.db")).auditSequence()).isEqualTo(before + 2);
    HubDaemon.start(config(data)).close();
  }

  private Restore.Restored restore(Path to, boolean replace) throws IOException {
    return Restore.restore(file, to, Optional.empty(), replace, "bob", NOW.plusSeconds(60));
  }

  private static HubConfig config(Path data) {
    return HubConfig.usual(data).withEdgePort(0).withAdminPort(0);
  }
}
