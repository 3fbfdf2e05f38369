package dev.tombolo.hub.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.protocol.id.DeviceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationJournalTest {
  private static final DeviceId ONE = DeviceId.ofKey(new byte[] {1});
  private static final DeviceId TWO = DeviceId.ofKey(new byte[] {2});

  @TempDir Path folder;

  @Test
  void whatIsNotedIsThereAgainInOrder() throws IOException {
    RevocationJournal journal = RevocationJournal.open(file());
    journal.note(line(ONE, Standing.QUARANTINED, 5));
    journal.note(line(TWO, Standing.REVOKED, 6));
    journal.note(line(ONE, Standing.ACTIVE, 7));

    assertThat(RevocationJournal.read(file()))
        .containsExactly(
            line(ONE, Standing.QUARANTINED, 5),
            line(TWO, Standing.REVOKED, 6),
            line(ONE, Standing.ACTIVE, 7));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void theSameAgainIsNotWrittenAgainAlsoAfterARestart() throws IOException {
    RevocationJournal.open(file()).note(line(ONE, Standing.REVOKED, 5));
    RevocationJournal.open(file()).note(line(ONE, Standing.REVOKED, 9));

    assertThat(RevocationJournal.read(file())).containsExactly(line(ONE, Standing.REVOKED, 5));
  }

  @Test
  void aLineThatACrashCutOffIsLeftOut() throws IOException {
    RevocationJournal.open(file()).note(line(ONE, Standing.REVOKED, 5));
    Files.writeString(file(), "6 revo", StandardOpenOption.APPEND);

    assertThat(RevocationJournal.read(file())).containsExactly(line(ONE, Standing.REVOKED, 5));
  }

  @Test
  void whatACrashCutOffIsNoPartOfTheNextLine() throws IOException {
    RevocationJournal.open(file()).note(line(ONE, Standing.REVOKED, 5));
    Files.writeString(file(), "6 revo", StandardOpenOption.APPEND);

    RevocationJournal.open(file()).note(line(TWO, Standing.REVOKED, 6));

    assertThat(RevocationJournal.read(file()))
        .containsExactly(line(ONE, Standing.REVOKED, 5), line(TWO, Standing.REVOKED, 6));
  }

  @Test
  void anotherJournalAddsWhatItKnowsBetter() throws IOException {
    RevocationJournal journal = RevocationJournal.open(file());
    journal.note(line(ONE, Standing.QUARANTINED, 5));
    journal.note(line(TWO, Standing.REVOKED, 6));

    journal.merge(List.of(line(ONE, Standing.REVOKED, 7), line(TWO, Standing.ACTIVE, 8)));

    assertThat(RevocationJournal.read(file()))
        .containsExactly(
            line(ONE, Standing.QUARANTINED, 5),
            line(TWO, Standing.REVOKED, 6),
            line(ONE, Standing.REVOKED, 7));
  }

  @Test
  void twoJournalsSayTogetherWhatEachKnowsBetter() {
    List<RevocationJournal.Line> own =
        List.of(line(ONE, Standing.QUARANTINED, 5), line(ONE, Standing.REVOKED, 6));
    List<RevocationJournal.Line> copy =
        List.of(line(ONE, Standing.QUARANTINED, 5), line(TWO, Standing.ACTIVE, 4));

    assertThat(RevocationJournal.joined(own, copy))
        .containsExactly(line(ONE, Standing.REVOKED, 6), line(TWO, Standing.ACTIVE, 4));
    assertThat(RevocationJournal.joined(copy, own))
        .containsExactly(line(ONE, Standing.REVOKED, 6), line(TWO, Standing.ACTIVE, 4));
  }

  /// The clock was wrong when it was revoked.
  @Test
  void whoIsRevokedInOneOfThemIsRevoked() {
    assertThat(
            RevocationJournal.joined(
                List.of(line(ONE, Standing.ACTIVE, 9)), List.of(line(ONE, Standing.REVOKED, 2))))
        .containsExactly(line(ONE, Standing.REVOKED, 2));
  }

  @Test
  void rubbishIsNamed() throws IOException {
    Files.writeString(file(), "6 forgiven dev-x\n");

    assertThatThrownBy(() -> RevocationJournal.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 1")
        .hasMessageContaining("forgiven");
  }

  private static RevocationJournal.Line line(DeviceId device, Standing standing, long millis) {
    return new RevocationJournal.Line(device, standing, millis);
  }

  private Path file() {
    return folder.resolve("revocations.log");
  }
}
