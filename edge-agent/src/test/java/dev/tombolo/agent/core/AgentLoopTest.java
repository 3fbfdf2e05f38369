package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentLoopTest {
  private static final Reason FULL = new Reason.DiskFull("agent.db", 0, 0);
  private static final Name PEOPLE = new Name("people");

  private final MemoryStore disk =
      new MemoryStore(
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
              "incarnation"));
  private final List<AgentEffect> effects = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final EventQueue inbox = new EventQueue();
  private int commitsThatFail;
  private int commits;
  private long millis = 10_000;

  private final AgentStore store =
      new AgentStore() {
        @Override
        public AgentSnapshot load() {
          return disk.load();
        }

        @Override
        public void commit(List<AgentChange> changes) throws StoreException {
          if (commitsThatFail > 0) {
            commitsThatFail--;
            throw new StoreException(FULL, new IOException("no space left on device"));
          }
          commits++;
          disk.commit(changes);
        }

        @Override
        public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
          return disk.after(sequence, rowsMax, bytesMax);
        }
      };

  private final AgentLoop loop =
      new AgentLoop(
          inbox,
          store,
          new AgentBoot(
              "run",
              "boot",
              "1.0",
              List.of("v1"),
              0,
              List.of(HubKeys.FIRST.root()),
              new Validity(0, Long.MAX_VALUE / 2),
              new Platform("linux", "x86_64", Set.of()),
              Map.of(),
              new Backoff(1),
              OutboxQuota.STANDARD,
              Optional.empty()),
          () -> new Now(millis, millis),
          () -> 0,
          this::perform,
          new AgentLoop.Watcher() {
            @Override
            public void storeFailed(Reason reason) {
              said.add("failed");
            }

            @Override
            public void storeRecovered() {
              said.add("recovered");
            }

            @Override
            public void stumbled(String over, RuntimeException failure) {
              said.add("stumbled");
            }
          });

  @BeforeEach
  void start() throws InterruptedException {
    loop.turn(0);
    effects.clear();
  }

  private void perform(AgentEffect effect) {
    if (effect instanceof AgentEffect.ResultKept kept && kept.request() == 666) {
      throw new IllegalStateException("a bug in an adapter");
    }
    effects.add(effect);
  }

  @Test
  void aBugInAnAdapterDoesNotEndTheAgent() throws InterruptedException {
    inbox.offer(new AgentEvent.ResultHandedIn(666, PEOPLE, "{}"));
    for (int i = 0; i < 5; i++) {
      turn();
    }
    inbox.offer(new AgentEvent.ResultHandedIn(667, PEOPLE, "{}"));
    turn();

    assertThat(said).startsWith("stumbled");
    assertThat(effects)
        .anyMatch(it -> it instanceof AgentEffect.ResultKept kept && kept.request() == 667);
  }

  private void turn() throws InterruptedException {
    millis += 1_000;
    loop.turn(0);
  }

  @Test
  void aBatchIsOneCommitAndActsOnlyAfterIt() throws InterruptedException {
    int before = commits;
    for (int i = 0; i < 20; i++) {
      inbox.offer(new AgentEvent.ResultHandedIn(i, PEOPLE, "{}"));
    }
    turn();

    assertThat(commits).isEqualTo(before + 1);
    assertThat(effects.stream().filter(AgentEffect.ResultKept.class::isInstance)).hasSize(20);
  }

  @Test
  void whileTheDiskIsFullResultsAreRefusedAndNothingIsPretended() throws InterruptedException {
    commitsThatFail = 1;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    turn();

    assertThat(effects).containsExactly(new AgentEffect.ResultRefused(1, FULL));
    assertThat(said).containsExactly("failed");
    assertThat(disk.load().outbox()).noneMatch(it -> PEOPLE.equals(it.channel()));

    turn();
    turn();
    assertThat(said).containsExactly("failed", "recovered");
    inbox.offer(new AgentEvent.ResultHandedIn(2, PEOPLE, "{}"));
    turn();
    assertThat(effects.stream().filter(AgentEffect.ResultKept.class::isInstance)).hasSize(1);
  }

  @Test
  void recoveryIsToldToTheHub() throws InterruptedException {
    commitsThatFail = 3;
    for (int i = 0; i < 20; i++) {
      turn();
    }

    assertThat(said.getFirst()).isEqualTo("failed");
    assertThat(said.getLast()).isEqualTo("recovered");
    assertThat(disk.after(0, 100, 1_000_000))
        .anyMatch(row -> row.body().toString().contains("storage-recovered"));
  }

  @Test
  void aLineOpensOnlyAfterItsCountIsDurable() throws InterruptedException {
    commitsThatFail = 1;
    turn();
    assertThat(effects).isEmpty();

    for (int i = 0; i < 5; i++) {
      turn();
    }
    assertThat(effects).hasAtLeastOneElementOfType(AgentEffect.OpenLink.class);
    assertThat(disk.load().connects()).isPositive();
  }

  @Test
  void aStopEndsTheLoopEvenWhenTheDiskIsFull() throws InterruptedException {
    commitsThatFail = 100;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    inbox.offer(new AgentEvent.StopAsked());
    turn();

    assertThat(loop.isStopped()).isTrue();
  }
}
