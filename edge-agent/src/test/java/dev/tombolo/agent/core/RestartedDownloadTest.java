package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.disk.FilesOnDisk;
import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.release.Route;
import dev.tombolo.agent.sqlite.SqliteAgentStore;
import dev.tombolo.agent.sqlite.StatusReader;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real database, real files: each agent here ends as a killed one does, without a word.
class RestartedDownloadTest {
  private static final Digest BUNDLE = Digest.ofText("bundle");
  private static final long BYTES = 300;
  private static final Assignment LIVE = new Assignment(Digest.ofText("first"), "1.0", Map.of());
  private static final Assignment WANTED = new Assignment(Digest.ofText("other"), "2.0", Map.of());
  private static final ReleaseState FETCHING =
      new ReleaseState.Fetching(
          WANTED,
          Optional.of(LIVE),
          new Route.ByBundle(BUNDLE, BYTES, Optional.of(LIVE.release()), Optional.empty()));

  private static final Enrolment ENROLMENT =
      new Enrolment(
          DeviceId.ofKey(new byte[] {7}),
          new Name("north"),
          new Name("store-1"),
          new Name("counter-1"),
          Digest.ofText("root"),
          Digest.ofText("publisher"),
          HubKeys.FIRST.documentPem(),
          new History(1, "first"),
          List.of("wss://hub/mqtt"),
          "https://hub",
          "incarnation");

  @TempDir Path data;

  @Test
  void whatLiesOnTheDiskIsSaidBeforeAnythingElseHappens() throws Exception {
    AgentFolders folders = new AgentFolders(data);
    SqliteAgentStore.create(data, ENROLMENT).close();
    try (SqliteAgentStore store = SqliteAgentStore.open(data, _ -> {})) {
      store.commit(
          List.of(
              new AgentChange.ApplicationKept(
                  new AgentSnapshot.Application(new Name("people"), FETCHING, 77))));
    }
    Files.createDirectories(folders.files());
    for (int part : List.of(200, 1, 299)) {
      Files.write(folders.partialFile(BUNDLE), new byte[part]);

      ApplicationStatus said = saidByTheNextAgent();

      assertThat(said.bytesDone()).isEqualTo(part);
      assertThat(said.bytesTotal()).isEqualTo(BYTES);
      assertThat(said.transfer()).isEqualTo(new Transfer(Transfer.How.BUNDLE, LIVE.release(), 0));
    }
    Files.write(folders.partialFile(BUNDLE), new byte[301]);
    assertThat(saidByTheNextAgent().bytesDone()).isZero();
    Files.delete(folders.partialFile(BUNDLE));
    assertThat(saidByTheNextAgent().bytesDone()).isZero();
    Files.write(folders.file(BUNDLE), new byte[300]);
    assertThat(saidByTheNextAgent().bytesDone()).isEqualTo(BYTES);
  }

  private ApplicationStatus saidByTheNextAgent() throws Exception {
    try (SqliteAgentStore store = SqliteAgentStore.open(data, _ -> {})) {
      AgentLoop loop =
          new AgentLoop(
              new EventQueue(),
              store,
              new FilesOnDisk(new AgentFolders(data)),
              boot(),
              () -> new Now(10_000, 10_000),
              () -> 0,
              _ -> {},
              new Unwatched());
      loop.turn(0);
    }
    return StatusReader.read(data).state().orElseThrow().applications().getFirst();
  }

  private static AgentBoot boot() {
    return new AgentBoot(
        "run",
        "machine",
        "1.0",
        List.of("v1"),
        0,
        List.of(HubKeys.FIRST.root()),
        new CertificateLife(0, 600_000),
        Long.MIN_VALUE,
        new Platform("linux", "x86_64", Set.of()),
        List.of(),
        Map.of(),
        new Backoff(1),
        OutboxQuota.STANDARD,
        Optional.empty(),
        false,
        false);
  }

  private static final class Unwatched implements AgentLoop.Watcher {
    @Override
    public void storeFailed(Reason reason) {
      throw new AssertionError(reason.toString());
    }

    @Override
    public void storeRecovered() {}

    @Override
    public void stands(Standing standing) {}

    @Override
    public void stumbled(String over, RuntimeException failure) {
      throw new AssertionError(over, failure);
    }
  }
}
