package dev.tombolo.hub.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.protocol.id.Name;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HubLoopTest {
  private static final HubSettings SETTINGS =
      new HubSettings(List.of(), "", "", "", Scene.PLENTY, Scene.PLENTY, TrustSettings.USUAL);

  private final MemoryHubStore store = new MemoryHubStore();

  @Test
  void everythingTakenInIsDecidedBeforeTheLoopEnds() {
    List<HubEffect> seen = new CopyOnWriteArrayList<>();
    try (HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC())) {
      loop.start(seen::add);
      for (int i = 0; i < 500; i++) {
        assertThat(loop.offer(fleet(i))).isTrue();
      }
    }

    assertThat(Scene.all(HubEffect.AdminAnswered.class, seen)).hasSize(500);
    assertThat(store.load().fleets).hasSize(500);
    assertThat(store.commits()).isLessThanOrEqualTo(500);
  }

  @Test
  void anErrorEndsTheLoopAndIsToldToWhoCanEndTheHub() throws InterruptedException {
    BlockingQueue<Throwable> deaths = new LinkedBlockingQueue<>();
    Error broken = new NoClassDefFoundError("gone");
    try (HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC())) {
      loop.start(
          effect -> {
            throw broken;
          },
          deaths::add);

      loop.offer(fleet(1));

      assertThat(deaths.poll(2, TimeUnit.MINUTES)).isSameAs(broken);
      assertThat(loop.offer(fleet(2))).isFalse();
    }
    assertThat(deaths).isEmpty();
  }

  @Test
  void aLoopThatIsClosedIsNoDeath() {
    BlockingQueue<Throwable> deaths = new LinkedBlockingQueue<>();
    HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC());
    loop.start(effect -> {}, deaths::add);
    assertThat(loop.isAlive()).isTrue();

    loop.close();

    assertThat(loop.isAlive()).isFalse();
    assertThat(deaths).isEmpty();
  }

  /// Rows of devices are nobody's to lose, whatever the machine's clock says for a while.
  @Test
  void aClockThatJumpsIsNotBelieved() throws InterruptedException {
    AtomicLong ahead = new AtomicLong();
    Clock jumping =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return Instant.now().plusMillis(ahead.get());
          }
        };
    MemoryHubStore full = new MemoryHubStore();
    RowQuota short90 = new RowQuota(Duration.ofDays(90), 1L << 40, 1L << 40);
    HubStore.Batch batch = full.begin();
    batch.apply(
        List.of(
            new HubChange.BlockPut(
                new RowBlock(RowLog.RESULTS, 1, 3, 30, System.currentTimeMillis()))));
    batch.commit();
    try (HubLoop loop =
        new HubLoop(
            new HubSettings(List.of(), "", "", "", short90, Scene.PLENTY, TrustSettings.USUAL),
            full,
            jumping)) {
      loop.start(effect -> {});
      for (int i = 0; i < 3; i++) {
        CountDownLatch taken = new CountDownLatch(1);
        // After a jump the loop's own tick comes in the same turn.
        assertThat(loop.offer(new HubEvent.Ticked(false), 0, taken::countDown)).isTrue();
        assertThat(taken.await(2, TimeUnit.MINUTES)).isTrue();
        ahead.set(Duration.ofDays(5 * 365).toMillis());
      }
      assertThat(loop.keptRows(RowLog.RESULTS).gone()).isZero();
    }
  }

  @Test
  void aFullInboxSaysSo() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC());
    loop.start(
        effect -> {
          inside.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(inside.await(2, TimeUnit.MINUTES)).isTrue();

    int taken = 0;
    while (loop.offer(new HubEvent.Ticked())) {
      taken++;
    }

    assertThat(taken).isEqualTo(HubLoop.INBOX_EVENTS_MAX);
    go.countDown();
    loop.close();
    assertThat(loop.waiting()).isZero();
  }

  @Test
  void theInboxIsBoundedByBytesToo() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC());
    loop.start(
        effect -> {
          inside.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    assertThat(inside.await(2, TimeUnit.MINUTES)).isTrue();
    AtomicInteger decided = new AtomicInteger();
    int bytes = 256 * 1024;

    int taken = 0;
    while (loop.offer(new HubEvent.Ticked(), bytes, decided::incrementAndGet)) {
      taken++;
    }

    assertThat(taken).isEqualTo((int) (HubLoop.INBOX_BYTES_MAX / bytes));
    assertThat(loop.offer(new HubEvent.Ticked())).isTrue();
    go.countDown();
    loop.close();
    assertThat(decided.get()).isEqualTo(taken);
    assertThat(loop.waitingBytes()).isZero();
  }

  @Test
  void anEffectThatFailsDoesNotEndTheLoop() {
    List<HubEffect> seen = new CopyOnWriteArrayList<>();
    try (HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC())) {
      loop.start(
          effect -> {
            seen.add(effect);
            throw new IllegalStateException("an adapter's bug, on demand");
          });
      loop.offer(fleet(1));
      loop.offer(fleet(2));
    }

    assertThat(Scene.all(HubEffect.AdminAnswered.class, seen)).hasSize(2);
  }

  @Test
  void aClosedLoopTakesNothing() {
    HubLoop loop = new HubLoop(SETTINGS, store, Clock.systemUTC());
    loop.start(effect -> {});
    loop.close();

    assertThat(loop.offer(fleet(1))).isFalse();
  }

  private static HubEvent fleet(int number) {
    return new HubEvent.AdminAsked(
        number,
        Scene.ALICE,
        new AdminCommand.Apply(
            List.of(
                new dev.tombolo.hub.core.admin.AdminObject.Fleet(
                    new Name("fleet-" + number),
                    "",
                    java.util.Map.of(),
                    false,
                    java.util.Map.of())),
            Optional.empty(),
            false));
  }
}
