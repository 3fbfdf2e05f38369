package dev.tombolo.agent.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.agent.core.AgentChange;
import dev.tombolo.agent.core.AgentSnapshot;
import dev.tombolo.agent.core.AgentStore.StoreException;
import dev.tombolo.agent.outbox.OutboxEntry;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.sign.Envelope;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A damaged `agent.db`: found out, kept, and made anew from its mirror.
class DamagedDatabaseTest {
  private static final int PAGE_BYTES = 4096;
  private static final Name APP = new Name("people");
  private static final Section PLACE = new Section("place", "a\ttext\nwith \\ all\r kinds");
  private static final Assignment LIVE =
      new Assignment(Digest.ofText("1"), "1.0", Map.of("threads", "2"));
  private static final AgentSnapshot.Application RUNS =
      new AgentSnapshot.Application(
          APP,
          new ReleaseState.Live(LIVE, Optional.empty()),
          77,
          Optional.empty(),
          Optional.empty(),
          Map.of(LIVE.release(), List.of(new Need(new Name("model"), "1.4.0"))));
  private static final AgentSnapshot.Workload WORKLOAD =
      new AgentSnapshot.Workload(APP, LIVE, new ProcessIdentity("boot", 42, 4242), 3);

  @TempDir Path data = Path.of("unset");
  private final List<String> notices = new ArrayList<>();

  private SqliteAgentStore open() throws IOException {
    return SqliteAgentStore.open(data, notices::add);
  }

  /// A device that is up, with five rows of which two are acknowledged.
  private SqliteAgentStore running() throws IOException, StoreException {
    SqliteAgentStore.create(data, AgentStoreContract.ENROLMENT).close();
    SqliteAgentStore store = open();
    store.commit(
        List.of(
            new AgentChange.ConnectCounted(7),
            new AgentChange.TimeFloorRaised(1_000),
            new AgentChange.SecurityFloorRaised(APP, 4),
            new AgentChange.SectionKept(PLACE),
            new AgentChange.DocumentHeld(AgentStoreContract.document(9, PLACE)),
            new AgentChange.ReleaseKept(LIVE.release(), new Envelope("release", "cmVs", List.of())),
            new AgentChange.ApplicationKept(RUNS),
            new AgentChange.WorkloadKept(WORKLOAD)));
    for (long sequence = 1; sequence <= 5; sequence++) {
      store.commit(List.of(AgentStoreContract.row(sequence, OutboxEntry.Kind.RESULT, APP)));
    }
    store.commit(
        List.of(
            new AgentChange.OutboxChanged(new dev.tombolo.agent.outbox.OutboxChange.Forgotten(2))));
    return store;
  }

  private static void isTheSameDevice(AgentSnapshot snapshot) {
    assertThat(snapshot.enrolment())
        .usingRecursiveComparison()
        .ignoringFields("incarnation")
        .isEqualTo(AgentStoreContract.ENROLMENT);
    assertThat(snapshot.timeFloorMillis()).isEqualTo(1_000);
    assertThat(snapshot.securityFloors()).containsEntry(APP, 4L);
    assertThat(snapshot.connects()).isGreaterThanOrEqualTo(7);
    assertThat(snapshot.workloads()).containsExactly(WORKLOAD);
    assertThat(snapshot.applications()).containsExactly(RUNS);
  }

  private void hasANewOutbox(AgentSnapshot snapshot, String found) {
    assertThat(snapshot.enrolment().incarnation())
        .isNotEqualTo(AgentStoreContract.ENROLMENT.incarnation());
    assertThat(snapshot.nextSequence()).isEqualTo(1);
    assertThat(snapshot.ackedThrough()).isZero();
    assertThat(snapshot.outbox().isEmpty()).isTrue();
    assertThat(snapshot.damage())
        .hasValueSatisfying(damage -> assertThat(ReasonText.say(damage)).contains(found));
    assertThat(notices).hasSize(1).first().asString().contains(found);
  }

  private Path database() {
    return data.resolve("agent.db");
  }

  private void garble(Path file, long offset, int bytes) throws IOException {
    byte[] noise = new byte[bytes];
    new Random(offset).nextBytes(noise);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(offset);
      out.write(noise);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void pagesThatAreGarbledAnywhereCostNoMoreThanTheOutbox(long seed)
      throws IOException, StoreException {
    running().close();
    byte[] whole = Files.readAllBytes(database());
    Random random = new Random(seed);
    int page = random.nextInt(whole.length / PAGE_BYTES);
    garble(database(), (long) page * PAGE_BYTES, PAGE_BYTES);

    try (SqliteAgentStore store = open()) {
      AgentSnapshot snapshot = store.load();
      isTheSameDevice(snapshot);
      hasANewOutbox(snapshot, "was damaged");
      assertThat(snapshot.held()).contains(AgentStoreContract.document(9, PLACE));
      assertThat(snapshot.sections()).containsExactly(PLACE);
      assertThat(snapshot.releases()).containsOnlyKeys(LIVE.release());
      store.commit(List.of(AgentStoreContract.row(1, OutboxEntry.Kind.EVENT, null)));
      assertThat(store.after(0, 10, 1000)).hasSize(1);
    }
    assertThat(Files.readAllBytes(data.resolve("damaged/1/agent.db"))).isNotEqualTo(whole);
  }

  @Test
  void aWholeDatabaseIsLeftAlone() throws IOException, StoreException {
    running().close();

    try (SqliteAgentStore store = open()) {
      AgentSnapshot snapshot = store.load();
      isTheSameDevice(snapshot);
      assertThat(snapshot.enrolment()).isEqualTo(AgentStoreContract.ENROLMENT);
      assertThat(snapshot.ackedThrough()).isEqualTo(2);
      assertThat(snapshot.damage()).isEmpty();
    }
    assertThat(notices).isEmpty();
    assertThat(data.resolve("damaged")).doesNotExist();
  }

  @Test
  void commitsThatTheLogHasLostAreFoundOut(@TempDir Path copy) throws IOException, StoreException {
    SqliteAgentStore store = running();
    copy(data, copy);
    store.close();
    Path log = copy.resolve("agent.db-wal");
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    data = copy;

    try (SqliteAgentStore cut = open()) {
      AgentSnapshot snapshot = cut.load();
      isTheSameDevice(snapshot);
      hasANewOutbox(snapshot, "commits that had been made are missing");
      assertThat(notices).first().asString().contains("Unsent rows may be lost");
    }
  }

  @Test
  void aDatabaseThatIsGoneComesBack() throws IOException, StoreException {
    running().close();
    Files.delete(database());

    try (SqliteAgentStore store = open()) {
      AgentSnapshot snapshot = store.load();
      isTheSameDevice(snapshot);
      hasANewOutbox(snapshot, "it is missing");
    }
  }

  @Test
  void theCountOfAnEarlierDatabaseIsNoDamageOfTheNextOne() throws IOException, StoreException {
    running().close();
    Files.delete(database());
    Files.delete(data.resolve("mirror/state"));
    Files.delete(data.resolve("mirror/documents"));
    SqliteAgentStore.create(data, AgentStoreContract.ENROLMENT).close();

    open().close();

    assertThat(notices).isEmpty();
    assertThat(data.resolve("damaged")).doesNotExist();
  }

  @Test
  void damageThatShowsInUseIsMendedByReadingAgain()
      throws IOException, StoreException, SQLException {
    try (SqliteAgentStore store = running()) {
      sql("UPDATE section SET text = 'spoiled'");

      AgentSnapshot snapshot = store.load();

      isTheSameDevice(snapshot);
      hasANewOutbox(snapshot, "is not what was kept");
      assertThat(snapshot.sections()).containsExactly(PLACE);
      store.commit(List.of(new AgentChange.DamageTold()));
      assertThat(store.load().damage()).isEmpty();
    }
  }

  @Test
  void aDatabaseThatSaysInUseThatItIsBrokenIsMendedByReadingAgain()
      throws IOException, StoreException, SQLException {
    try (SqliteAgentStore store = running()) {
      sql("PRAGMA wal_checkpoint(TRUNCATE)");
      for (long page = 1; page < Files.size(database()) / PAGE_BYTES; page++) {
        garble(database(), page * PAGE_BYTES, PAGE_BYTES);
      }
      // So that nothing is read from memory.
      sql("PRAGMA user_version = 2");

      assertThatThrownBy(() -> store.commit(List.of(new AgentChange.ConnectCounted(9))))
          .isInstanceOf(StoreException.class);

      isTheSameDevice(store.load());
    }
  }

  @Test
  void damageThatTheHubHasNotHeardOfIsToldAfterTheNextStartToo()
      throws IOException, StoreException {
    running().close();
    garble(database(), 0, PAGE_BYTES);
    open().close();

    try (SqliteAgentStore store = open()) {
      assertThat(store.load().damage()).isPresent();
      store.commit(List.of(new AgentChange.DamageTold()));
    }
    try (SqliteAgentStore store = open()) {
      assertThat(store.load().damage()).isEmpty();
    }
    assertThat(StatusReader.read(data).damage())
        .as("people are told as long as the copy is there")
        .isPresent();
  }

  @Test
  void unsentRowsAreCounted() throws IOException, StoreException, SQLException {
    running().close();
    sql("UPDATE section SET text = 'spoiled'");

    try (SqliteAgentStore store = open()) {
      assertThat(store.load().damage())
          .hasValueSatisfying(
              it ->
                  assertThat(it)
                      .isInstanceOfSatisfying(
                          Reason.DatabaseDamaged.class,
                          damage -> assertThat(damage.rowsLost()).isEqualTo(3)));
    }
  }

  @Test
  void aMendingThatWasCutOffIsDoneAgain() throws IOException, StoreException {
    running().close();
    Files.createDirectories(data.resolve("damaged/1"));
    Files.move(database(), data.resolve("damaged/1/agent.db"));
    Files.writeString(data.resolve("agent.db-wal"), "of the one that was moved");
    Files.writeString(data.resolve("agent.db.new"), "half of one");

    try (SqliteAgentStore store = open()) {
      isTheSameDevice(store.load());
    }
    assertThat(data.resolve("damaged/2/agent.db-wal")).exists();
    assertThat(data.resolve("agent.db.new")).doesNotExist();
  }

  @Test
  void onlyTheNewestCopiesAreKept() throws IOException, StoreException {
    running().close();
    for (int time = 0; time < 5; time++) {
      garble(database(), 0, PAGE_BYTES);
      open().close();
    }

    try (Stream<Path> copies = Files.list(data.resolve("damaged"))) {
      assertThat(copies.map(it -> it.getFileName().toString()))
          .containsExactlyInAnyOrder("3", "4", "5");
    }
  }

  @Test
  void withoutItsDocumentsTheDeviceAsksTheHubForThem() throws IOException, StoreException {
    running().close();
    garble(database(), 0, PAGE_BYTES);
    garble(data.resolve("mirror/documents"), 20, 10);

    try (SqliteAgentStore store = open()) {
      AgentSnapshot snapshot = store.load();
      isTheSameDevice(snapshot);
      assertThat(snapshot.held()).isEmpty();
      assertThat(snapshot.releases()).isEmpty();
    }
  }

  @Test
  void withoutItsDocumentsNoOlderEpochAndNoOlderPublisherRootIsTaken()
      throws IOException, StoreException {
    History restored = new History(AgentStoreContract.ENROLMENT.history().epoch() + 1, "restored");
    List<Envelope> roots =
        List.of(new Envelope("root", "djE=", List.of()), new Envelope("root", "djI=", List.of()));
    try (SqliteAgentStore store = running()) {
      store.commit(
          List.of(
              new AgentChange.PublisherRootsKept(roots),
              new AgentChange.DocumentHeld(AgentStoreContract.document(restored, 1, PLACE))));
    }
    garble(database(), 0, PAGE_BYTES);
    garble(data.resolve("mirror/documents"), 20, 10);

    try (SqliteAgentStore store = open()) {
      AgentSnapshot snapshot = store.load();
      assertThat(snapshot.held()).isEmpty();
      assertThat(snapshot.enrolment().history()).isEqualTo(restored);
      assertThat(snapshot.publisherRoots()).isEqualTo(roots);
    }
  }

  @Test
  void aFullDiskDoesNotCostTheDocuments() throws IOException, StoreException {
    Section large = new Section("large", "x".repeat(200_000));
    try (SqliteAgentStore store = running()) {
      store.commit(
          List.of(
              new AgentChange.SectionKept(large),
              new AgentChange.DocumentHeld(AgentStoreContract.document(10, large))));
    }
    byte[] documents = Files.readAllBytes(data.resolve("mirror/documents"));
    garble(database(), 0, PAGE_BYTES);

    assertThatThrownBy(() -> Damage.mend(data, "not SQLite", 50))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(SQLException.class)
        .hasMessageContaining("make room");

    assertThat(data.resolve("agent.db.new")).doesNotExist();
    assertThat(Files.readAllBytes(data.resolve("mirror/documents"))).isEqualTo(documents);
    try (SqliteAgentStore store = open()) {
      assertThat(store.load().held()).contains(AgentStoreContract.document(10, large));
      assertThat(store.load().sections()).containsExactly(large);
    }
  }

  @Test
  void documentsThatDoNotReadStayUntilAnotherIsHeld() throws IOException, StoreException {
    running().close();
    garble(database(), 0, PAGE_BYTES);
    Path documents = data.resolve("mirror/documents");
    garble(documents, 20, 10);
    byte[] found = Files.readAllBytes(documents);

    try (SqliteAgentStore store = open()) {
      assertThat(Files.readAllBytes(documents)).isEqualTo(found);
      store.commit(
          List.of(
              new AgentChange.SectionKept(PLACE),
              new AgentChange.DocumentHeld(AgentStoreContract.document(10, PLACE))));
    }
    assertThat(Files.readAllBytes(documents)).isNotEqualTo(found);
    garble(database(), 0, PAGE_BYTES);
    try (SqliteAgentStore store = open()) {
      assertThat(store.load().held()).contains(AgentStoreContract.document(10, PLACE));
    }
  }

  @Test
  void whereTheMirrorIsLostTooItSaysWhatToDo() throws IOException, StoreException {
    running().close();
    garble(database(), 0, PAGE_BYTES);
    garble(data.resolve("mirror/state"), 20, 10);

    assertThatThrownBy(this::open)
        .hasMessageContaining("agent.db is damaged")
        .hasMessageContaining("tombolo device replace");
    assertThat(database()).exists();
  }

  @Test
  void aMirrorThatCannotBeWrittenIsToldOnceAndWrittenLater() throws IOException, StoreException {
    running().close();
    Path state = data.resolve("mirror/state");
    Files.delete(state);
    Files.createDirectories(state.resolve("in the way"));
    try (SqliteAgentStore store = open()) {
      store.commit(List.of(new AgentChange.SecurityFloorRaised(APP, 5)));
      store.commit(List.of(new AgentChange.SecurityFloorRaised(APP, 6)));
      assertThat(notices).hasSize(1).first().asString().contains("mirror");
      Files.delete(state.resolve("in the way"));
      Files.delete(state);
      store.commit(List.of(new AgentChange.ConnectCounted(8)));
    }

    assertThat(Files.readString(state, StandardCharsets.UTF_8)).contains("people\ti6");
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.sorted().toList()) {
        Path target = to.resolve(from.relativize(each));
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else if (!each.toString().endsWith("-shm")) {
          Files.copy(each, target);
        }
      }
    }
  }
}
