package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.link.Backoff;
import dev.tombolo.agent.link.CertificateLife;
import dev.tombolo.agent.outbox.OutboxQuota;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.agent.workload.ProcessIdentity;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
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
  private static final long CERTIFICATE_MILLIS = 600_000;

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
  private Standing standing = new Standing(Optional.empty(), Optional.empty());
  private Reason reason = FULL;
  private int commitsThatFail;
  private int commits;
  private long millis = 10_000;

  private final AgentStore store = storeOn(disk);

  private AgentStore storeOn(MemoryStore disk) {
    return new AgentStore() {
      @Override
      public AgentSnapshot load() {
        return disk.load();
      }

      @Override
      public void commit(List<AgentChange> changes) throws StoreException {
        if (commitsThatFail > 0) {
          commitsThatFail--;
          throw new StoreException(reason, new IOException("no space left on device"));
        }
        commits++;
        disk.commit(changes);
      }

      @Override
      public List<Report.Row> after(long sequence, int rowsMax, int bytesMax) {
        return disk.after(sequence, rowsMax, bytesMax);
      }
    };
  }

  private final AgentLoop loop = loopOn(store);

  private AgentLoop loopOn(AgentStore store) {
    return loopOn(store, "boot");
  }

  private AgentLoop loopOn(AgentStore store, String machineBoot) {
    return new AgentLoop(
        inbox,
        store,
        _ -> Map.of(),
        new AgentBoot(
            "run",
            machineBoot,
            "1.0",
            List.of("v1"),
            0,
            List.of(HubKeys.FIRST.root()),
            new CertificateLife(0, CERTIFICATE_MILLIS),
            Long.MIN_VALUE,
            new Platform("linux", "x86_64", Set.of()),
            List.of(),
            Map.of(),
            new Backoff(1),
            OutboxQuota.STANDARD,
            Optional.empty(),
            false,
            false),
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
          public void stands(Standing now) {
            standing = now;
          }

          @Override
          public void stumbled(String over, RuntimeException failure) {
            said.add("stumbled");
          }
        });
  }

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
    assertThat(disk.after(0, 100, 1_000_000))
        .noneMatch(row -> row.body() instanceof ReportBody.Result);

    turn();
    turn();
    assertThat(said).containsExactly("failed", "recovered");
    inbox.offer(new AgentEvent.ResultHandedIn(2, PEOPLE, "{}"));
    turn();
    assertThat(effects.stream().filter(AgentEffect.ResultKept.class::isInstance)).hasSize(1);
  }

  @Test
  void whileTheDiskIsFullItStandsInTroubleAndNotAfterwards() throws InterruptedException {
    assertThat(standing.saves()).isTrue();
    assertThat(standing.state().orElseThrow().reasons()).doesNotContain(FULL);

    commitsThatFail = 2;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    turn();

    assertThat(standing.saves()).isFalse();
    assertThat(standing.state().orElseThrow().reasons()).startsWith(FULL);
    for (int i = 0; i < 10; i++) {
      turn();
    }
    assertThat(said).containsExactly("failed", "recovered");
    assertThat(standing.saves()).isTrue();
    assertThat(standing.state().orElseThrow().reasons()).doesNotContain(FULL);
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
  void aFaultThatComesBackAfterEachRecoveryIsTriedSeldomAndToldOnce() throws InterruptedException {
    for (int second = 0; second < 3600; second++) {
      inbox.offer(new AgentEvent.ResultHandedIn(666, PEOPLE, "{}"));
      turn();
    }

    assertThat(said.stream().filter("stumbled"::equals).count()).isBetween(100L, 130L);
    assertThat(disk.after(0, 10_000, 1_000_000))
        .filteredOn(row -> row.body().toString().contains("storage-recovered"))
        .hasSize(1);
  }

  @Test
  void afterMinutesOfHealthAFailureIsTheFirstAgain() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      inbox.offer(new AgentEvent.ResultHandedIn(666, PEOPLE, "{}"));
      turn();
    }
    for (int i = 0; i < 400; i++) {
      turn();
    }
    said.clear();
    commitsThatFail = 1;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    turn();
    turn();
    turn();

    assertThat(said).containsExactly("failed", "recovered");
  }

  @Test
  void whatIsLiveRunsAfterAPowerCutThoughTheDiskIsFull() throws InterruptedException {
    Shop shop = liveShop();
    shop.powerCut();
    commitsThatFail = 30;
    AgentLoop booted = loopOn(storeOn(shop.store));

    turns(booted, 60);
    effects.removeIf(AgentEffect.Sweep.class::isInstance);
    assertThat(effects).hasSize(1).hasOnlyElementsOfType(AgentEffect.StartWorkload.class);

    inbox.offer(
        new AgentEvent.WorkloadExited(
            Shop.APP, new ProcessIdentity("machine", 7, 7), 1, "out of memory"));
    turns(booted, 60);
    effects.removeIf(AgentEffect.Sweep.class::isInstance);
    assertThat(effects).hasSize(2).hasOnlyElementsOfType(AgentEffect.StartWorkload.class);

    commitsThatFail = 0;
    turns(booted, 60);
    assertThat(effects.stream().filter(AgentEffect.StartWorkload.class::isInstance)).hasSize(3);
    assertThat(effects).hasAtLeastOneElementOfType(AgentEffect.OpenLink.class);
  }

  @Test
  void whatEndsWhileTheDiskIsFullIsStartedAgain() throws InterruptedException {
    Shop shop = liveShop();
    ProcessIdentity process = shop.process().identity();
    AgentLoop running = loopOn(storeOn(shop.store), process.bootId());
    turns(running, 5);
    effects.clear();

    commitsThatFail = 30;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    turns(running, 1);
    inbox.offer(new AgentEvent.WorkloadExited(Shop.APP, process, 1, "out of memory"));
    turns(running, 60);

    assertThat(done(AgentEffect.StartWorkload.class)).hasSize(1);

    inbox.offer(
        new AgentEvent.WorkloadExited(
            Shop.APP, new ProcessIdentity(process.bootId(), 7, 7), 1, "again"));
    turns(running, 60);
    assertThat(done(AgentEffect.StartWorkload.class)).hasSize(2);

    commitsThatFail = 0;
    turns(running, 60);
    assertThat(done(AgentEffect.StartWorkload.class)).hasSize(3);
    assertThat(shop.store.load().workloads()).isEmpty();
    assertThat(shop.store.after(0, 1_000, 1_000_000))
        .filteredOn(row -> row.body().toString().contains("out of memory"))
        .isNotEmpty();
  }

  @Test
  void anAgentThatStartsOnAFullDiskLooksAfterWhatRuns() throws InterruptedException {
    Shop shop = liveShop();
    ProcessIdentity process = shop.process().identity();
    commitsThatFail = 30;
    AgentLoop booted = loopOn(storeOn(shop.store), process.bootId());
    turns(booted, 1);

    assertThat(done(AgentEffect.AdoptWorkload.class))
        .containsExactly(new AgentEffect.AdoptWorkload(Shop.APP, process));
    assertThat(done(AgentEffect.StartWorkload.class)).isEmpty();

    inbox.offer(new AgentEvent.WorkloadMissing(Shop.APP, process, ""));
    turns(booted, 60);
    assertThat(done(AgentEffect.StartWorkload.class)).hasSize(1);
  }

  @Test
  void timePassesOnlyAfterWhatHadComeBefore() throws InterruptedException {
    Shop shop = new Shop();
    Publisher.Signed release =
        shop.known(shop.publisher.sign(Publisher.probedTwice(Shop.APP, "1.0")));
    shop.hub.assign(release);
    shop.startAgent();
    shop.until("its process", () -> shop.runs(release.digest()));
    AgentLoop running = loopOn(storeOn(shop.store), shop.process().identity().bootId());
    turns(running, 3);
    long round = done(AgentEffect.RunProbe.class).getLast().round();

    millis += 25_000;
    for (int i = 0; i < AgentLoop.BATCH_EVENTS_MAX; i++) {
      inbox.offer(new AgentEvent.ResultHandedIn(i, PEOPLE, "{}"));
    }
    for (String probe : List.of("first", "second")) {
      inbox.offer(new AgentEvent.ProbeFinished(Shop.APP, probe, round, Optional.empty()));
    }
    turns(running, 3);

    assertThat(shop.store.load().applications().getFirst().state())
        .isInstanceOf(ReleaseState.Probing.class);
  }

  @Test
  void timePassesAlsoInAFlood() throws InterruptedException {
    for (int turn = 0; turn < 20; turn++) {
      for (int i = 0; i < AgentLoop.BATCH_EVENTS_MAX; i++) {
        inbox.offer(new AgentEvent.ResultHandedIn(i, PEOPLE, "{}"));
      }
      turn();
    }

    assertThat(done(AgentEffect.OpenLink.class)).hasSize(1);
  }

  @Test
  void onAFullDiskWhatNobodyNeedsGoesThoughNothingCanBeSaved() throws InterruptedException {
    Shop shop = liveShop();
    AgentLoop running = loopOn(storeOn(shop.store), shop.process().identity().bootId());
    turns(running, 5);
    effects.clear();

    commitsThatFail = 2;
    inbox.offer(new AgentEvent.ResultHandedIn(1, PEOPLE, "{}"));
    turns(running, 2);

    AgentEffect.Sweep sweep = done(AgentEffect.Sweep.class).getFirst();
    assertThat(sweep.releases()).isEqualTo(shop.store.load().releases().keySet());
    assertThat(sweep.files()).containsExactlyInAnyOrderElementsOf(shop.files);
    assertThat(sweep.applications()).containsExactly(Shop.APP);
  }

  @Test
  void onAFullDiskWhatTheStoreMayGoOnWithStays() throws InterruptedException {
    Shop shop = liveShop();
    Publisher.Signed deadly = shop.release("2.0");
    shop.hub.assign(deadly);
    for (int i = 0; i < 4; i++) {
      shop.until("its process", () -> shop.runs(deadly.digest()));
      shop.powerCut();
      shop.startAgent();
    }
    shop.until("its process", () -> shop.runs(deadly.digest()));
    shop.hub.assign(shop.release("3.0"));
    shop.seconds(2);
    assertThat(shop.state()).isInstanceOf(ReleaseState.Probing.class);
    shop.powerCut();

    // The fresh core goes back from it, which it cannot save: the next may try it once more.
    commitsThatFail = 1;
    turns(loopOn(storeOn(shop.store)), 1);

    AgentEffect.Sweep sweep = done(AgentEffect.Sweep.class).getFirst();
    assertThat(sweep.releases()).contains(deadly.digest());
    assertThat(sweep.files()).contains(Digest.ofText(Shop.APP + "2.0model"));
  }

  @Test
  void aDiskThatFailsIsNotSwept() throws InterruptedException {
    Shop shop = liveShop();
    reason = new Reason.IoFailed("agent.db", "input/output error");
    commitsThatFail = 5;
    turns(loopOn(storeOn(shop.store)), 60);

    assertThat(done(AgentEffect.Sweep.class)).hasSize(1);
    assertThat(commitsThatFail).isZero();
  }

  private static Shop liveShop() {
    Shop shop = new Shop();
    Publisher.Signed release = shop.release("1.0");
    shop.hub.assign(release);
    shop.startAgent();
    shop.until("it is live", () -> shop.isLive(release.digest()));
    return shop;
  }

  private void turns(AgentLoop running, int turns) throws InterruptedException {
    for (int i = 0; i < turns; i++) {
      millis += 1_000;
      running.turn(0);
    }
  }

  private <T extends AgentEffect> List<T> done(Class<T> kind) {
    return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  @Test
  void aClockThatIsFarAheadDoesNotRenewWithoutEnd() throws InterruptedException {
    // Whatever certificate comes, by this clock it is due at once.
    long day = 24L * 3600 * 1000;
    CertificateLife old = new CertificateLife(millis - 100 * day, millis - 55 * day);
    inbox.offer(new AgentEvent.RenewalFinished(old));
    for (int second = 0; second < 3600; second++) {
      if (effects.removeIf(AgentEffect.Renew.class::isInstance)) {
        inbox.offer(new AgentEvent.RenewalFinished(old));
      }
      if (second % 600 == 100) {
        commitsThatFail = 1;
        inbox.offer(new AgentEvent.ResultHandedIn(second, PEOPLE, "{}"));
      }
      turn();
    }

    assertThat(disk.after(0, 10_000, 1_000_000))
        .filteredOn(row -> row.body().toString().contains("certificate-renewed"))
        .hasSize(1);
  }

  @Test
  void eachLinesHubIsToldWhereTheSiteReachesThisDeviceByThen() throws InterruptedException {
    turn();
    turn();
    long line = done(AgentEffect.OpenLink.class).getLast().line();

    inbox.offer(new AgentEvent.LinkOpened(line, List.of("192.0.2.9:8444")));
    turn();

    assertThat(done(AgentEffect.Publish.class).toString())
        .contains("Birth", "lan=[192.0.2.9:8444]");
  }

  @Test
  void aRenewalThatFailsIsToldAtOnce() throws InterruptedException {
    Reason refused = new Reason.Busy(9);
    inbox.offer(new AgentEvent.RenewalFailed(refused, 9));
    turn();

    assertThat(disk.after(0, 100, 1_000_000))
        .anyMatch(
            row ->
                row.body() instanceof ReportBody.State state && state.reasons().contains(refused));
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
  void aRenewalWhoseNewsCannotBeSavedIsNotAskedForAgain() throws InterruptedException {
    millis = CERTIFICATE_MILLIS * 2 / 3;
    turn();
    assertThat(effects).hasAtLeastOneElementOfType(AgentEffect.Renew.class);
    effects.clear();

    commitsThatFail = 1;
    inbox.offer(
        new AgentEvent.RenewalFinished(new CertificateLife(millis, millis + CERTIFICATE_MILLIS)));
    for (int i = 0; i < 20; i++) {
      turn();
    }

    assertThat(said).containsExactly("failed", "recovered");
    assertThat(effects).doesNotHaveAnyElementsOfTypes(AgentEffect.Renew.class);
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
