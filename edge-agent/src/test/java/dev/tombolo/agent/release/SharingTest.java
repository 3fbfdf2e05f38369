package dev.tombolo.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.Sharing.Move;
import dev.tombolo.protocol.desired.PeersSection.Peer;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whole sites in memory: each device decides by itself, and hears what the others say at moments
/// of their own.
class SharingTest {
  private static final Digest CONTENT = Digest.ofText("content");
  private static final long SIZE = 100_000_000;
  private static final int STEP_MILLIS = 100;

  /// 10 Mbit/s.
  private static final long WAN_BYTES_A_STEP = 1_250_000L * STEP_MILLIS / 1_000;

  private static final long LAN_BYTES_A_STEP = 20 * WAN_BYTES_A_STEP;
  private static final int STALL_MILLIS = 10_000;

  /// What followers lag behind who fetches, when it dies.
  private static final long LAG_BYTES = 20 * WAN_BYTES_A_STEP;

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void oneFetchesAndAllHaveIt(int seed) {
    Site site = new Site(seed, 2 + new Random(seed).nextInt(14));
    site.startAll(20_000);

    site.untilAllAreWhole(SIZE / WAN_BYTES_A_STEP * STEP_MILLIS + 60_000);

    assertThat(site.wanBytes).isEqualTo(SIZE);
    assertThat(site.mostAtOnce).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverDiesTheOthersGoOnFromThere(int seed) {
    Random random = new Random(seed);
    Site site = new Site(seed, 3 + random.nextInt(8));
    site.startAll(5_000);
    int deaths = 1 + random.nextInt(6);
    for (int i = 0; i < deaths; i++) {
      site.run(1_000 + random.nextInt(10_000));
      site.kill(random.nextBoolean() ? site.fetcher() : site.any());
      if (random.nextBoolean()) {
        site.run(random.nextInt(30_000));
        site.reviveAll();
      }
    }
    site.reviveAll();

    site.untilAllAreWhole(SIZE / WAN_BYTES_A_STEP * STEP_MILLIS + 300_000);

    assertThat(site.wanBytes).isLessThanOrEqualTo(SIZE + deaths * LAG_BYTES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverFailsSomebodyEndsUpWhole(int seed) {
    Random random = new Random(seed);
    Site site = new Site(seed, 2 + random.nextInt(10));
    site.startAll(60_000);
    for (int i = 0; i < 12; i++) {
      site.run(random.nextInt(20_000));
      switch (random.nextInt(5)) {
        case 0 -> site.kill(site.any());
        case 1 -> site.kill(site.fetcher());
        case 2 -> site.any().isLineUp = random.nextBoolean();
        case 3 -> site.any().isDeaf = random.nextBoolean();
        default -> site.reviveAll();
      }
    }
    site.reviveAll();
    // One good line is enough.
    site.any().isLineUp = true;

    site.untilAllAreWhole(20 * 60_000);
  }

  @Test
  void whoseLineIsDeadBlocksNobody() {
    Site site = new Site(1, 4);
    site.devices.getFirst().isLineUp = false;
    site.startAll(0);

    site.run(20_000);

    assertThat(site.wanBytes).isPositive();
    site.untilAllAreWhole(200_000);
    assertThat(site.wanBytes).isEqualTo(SIZE);
  }

  @Test
  void aLiarWastesTimeAndIsAskedNoMore() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId liar = site.devices.getFirst().id;
    sharing.begin(CONTENT, true, 0);
    Move copy = sharing.answered(0, List.of(new PeerAnswer(liar, PeerStanding.WHOLE, SIZE)), 100);
    assertThat(copy).isInstanceOf(Move.Copy.class);
    sharing.advanced(SIZE, 5_000);

    assertThat(sharing.distrust(CONTENT)).containsExactly("store-1/slot-0");
    sharing.end();
    Move next = sharing.begin(CONTENT, true, 6_000);

    assertThat(next).isEqualTo(new Move.Ask(List.of(), 0));
    assertThat(sharing.answered(0, List.of(), 6_001)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.answered(0, List.of(), 6_002)).isInstanceOf(Move.FromHub.class);
  }

  @Test
  void whoSaysMuchAndGivesNothingIsPassedOver() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer liar = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(liar), 100);

    sharing.copyEnded(0, liar, 10_100);
    sharing.answered(0, List.of(liar), 10_200);

    assertThat(sharing.answered(0, List.of(liar), 10_300)).isInstanceOf(Move.FromHub.class);
  }

  @Test
  void aLiarWhoseCopyWasOverBeforeItWasToldIsFoundToo() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId liar = site.devices.getFirst().id;
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(new PeerAnswer(liar, PeerStanding.WHOLE, SIZE)), 100);

    sharing.blameSource();
    sharing.end();

    assertThat(sharing.distrust(CONTENT)).containsExactly("store-1/slot-0");
  }

  @Test
  void whoSaysItHasAllAndHasTooLittleIsPassedOver() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer torn = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, 1_000);
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(torn), 100);

    sharing.copyEnded(1_000, torn, 200);

    assertThat(sharing.answered(1_000, List.of(torn), 300)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.answered(1_000, List.of(torn), 400)).isInstanceOf(Move.FromHub.class);
  }

  @Test
  void whoFetchesDoesNotTurnToOneThatHasJustGivenNothing() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId other = site.devices.getFirst().id;
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(new PeerAnswer(other, PeerStanding.FETCHES, 50_000_000)), 100);
    sharing.copyEnded(0, new PeerAnswer(other, PeerStanding.FETCHES, 50_000_000), 10_100);
    sharing.joined(CONTENT);

    Move next =
        sharing.answered(
            0, List.of(new PeerAnswer(other, PeerStanding.FETCHES, 60_000_000)), 10_200);

    assertThat(next).isInstanceOf(Move.Ask.class);
    assertThat(sharing.isFetching()).isTrue();
  }

  @Test
  void whoGivesNothingAgainAndAgainIsPassedOverForLongerEachTime() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer liar = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    sharing.begin(CONTENT, true, 0);
    sharing.hubFailed(Long.MAX_VALUE);
    long now = 0;
    List<Long> passedOver = new ArrayList<>();

    while (passedOver.size() < 10) {
      long since = now;
      while (!(sharing.answered(0, List.of(liar), now) instanceof Move.Copy)) {
        now += 1_000;
      }
      passedOver.add(now - since);
      now += 10_000;
      sharing.copyEnded(0, liar, now);
    }

    assertThat(passedOver)
        .containsExactly(
            0L,
            30_000L,
            60_000L,
            120_000L,
            240_000L,
            480_000L,
            960_000L,
            1_920_000L,
            3_840_000L,
            3_840_000L);
  }

  @Test
  void aPeerThatTricklesIsLeftForTheHubAndDoesNotLureBack() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId liar = site.devices.getFirst().id;
    leaveSlowPeer(sharing, liar);

    sharing.answered(
        1_000_000, List.of(new PeerAnswer(liar, PeerStanding.FETCHES, 50_000_000)), 40_000);
    sharing.advanced(10_000_000, 49_000);

    assertThat(
            sharing.answered(
                10_000_000,
                List.of(new PeerAnswer(liar, PeerStanding.FETCHES, 60_000_000)),
                50_000))
        .isInstanceOf(Move.Ask.class);
    assertThat(sharing.isFetching()).isTrue();
  }

  @Test
  void whereTheLineIsSlowOneFetchesAgainAndNotTwo() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId honest = site.devices.getFirst().id;
    leaveSlowPeer(sharing, honest);

    sharing.answered(70_000, List.of(new PeerAnswer(honest, PeerStanding.FETCHES, 80_000)), 40_000);

    assertThat(
            sharing.answered(
                80_000, List.of(new PeerAnswer(honest, PeerStanding.FETCHES, 90_000)), 50_000))
        .isInstanceOf(Move.Copy.class);
  }

  @Test
  void oneThatIsSlowIsBetterThanAHubThatRests() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    sharing.hubFailed(Long.MAX_VALUE);

    assertThat(secondsUntilCopiedFromSlow(site, sharing, true)).isEqualTo(SIZE / 100_000);
  }

  @Test
  void oneThatIsSlowIsTakenWhereNobodyElseMayBeAsked() {
    Site site = new Site(1, 2);

    assertThat(secondsUntilCopiedFromSlow(site, site.devices.getLast().sharing, false))
        .isEqualTo(SIZE / 100_000);
  }

  /// Over a LAN of 0.8 Mbit/s, from one that has it all.
  private static long secondsUntilCopiedFromSlow(Site site, Sharing sharing, boolean hubToo) {
    PeerAnswer slow = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    long now = 0;
    long bytes = 0;
    sharing.begin(CONTENT, hubToo, now);
    while (bytes < SIZE) {
      assertThat(now).isLessThan(10 * SIZE / 100);
      if (sharing.answered(bytes, List.of(slow), now) instanceof Move.Copy) {
        bytes += 3_000_000;
        now += 30_000;
        sharing.copyWasSlow(bytes, slow, now);
      } else {
        now += 1_000;
      }
    }
    return (now - 20_000) / 1_000;
  }

  @Test
  void whoGivesLittleIsNotPassedOverForLongerEachTime() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer slow = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    long now = 0;
    for (int i = 1; i <= 5; i++) {
      sharing.begin(CONTENT, true, now);
      sharing.answered((i - 1) * 3_000_000L, List.of(slow), now);
      now += 30_000;
      sharing.copyWasSlow(i * 3_000_000L, slow, now);
      assertThat(sharing.answered(i * 3_000_000L, List.of(slow), now)).isInstanceOf(Move.Ask.class);
      now += 30_000;
    }

    sharing.begin(CONTENT, true, now);
    assertThat(sharing.answered(15_000_000, List.of(slow), now)).isInstanceOf(Move.Copy.class);
  }

  @Test
  void whereTheLineIsNoFasterItIsCopiedFromOneThatHasItAll() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer slow = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(slow), 0);
    sharing.copyWasSlow(3_000_000, slow, 30_000);
    assertThat(sharing.answered(3_000_000, List.of(slow), 30_100)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.answered(3_000_000, List.of(slow), 30_200)).isInstanceOf(Move.FromHub.class);

    assertThat(sharing.answered(4_000_000, List.of(slow), 40_200)).isInstanceOf(Move.Copy.class);
  }

  /// A line may need more than the first ten seconds. Whoever trickles then must not have it left
  /// again and again: for days, in simulated world 3039 of 12 devices and 40 days.
  @Test
  void aHubThatHasGivenNothingYetIsNotLeftForWhoTrickles() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    PeerAnswer trickling = new PeerAnswer(site.devices.getFirst().id, PeerStanding.WHOLE, SIZE);
    sharing.begin(CONTENT, true, 0);
    sharing.answered(0, List.of(trickling), 0);
    sharing.copyWasSlow(600, trickling, 30_000);
    assertThat(sharing.answered(600, List.of(trickling), 30_100)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.answered(600, List.of(trickling), 30_200)).isInstanceOf(Move.FromHub.class);

    assertThat(sharing.answered(600, List.of(trickling), 40_200)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.isFetching()).isTrue();
    sharing.advanced(2_000_000, 45_000);
    assertThat(sharing.answered(2_000_000, List.of(trickling), 50_200))
        .isInstanceOf(Move.Ask.class);
    assertThat(sharing.isFetching()).isTrue();
  }

  @Test
  void dropsOfWhatAnotherCopiesAreNotTakenWithoutAPause() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId other = site.devices.getFirst().id;
    sharing.begin(CONTENT, true, 0);
    PeerAnswer more = new PeerAnswer(other, PeerStanding.WANTS, 2_000_000);
    assertThat(sharing.answered(0, List.of(more), 100)).isInstanceOf(Move.Copy.class);
    assertThat(((Move.Ask) sharing.copyEnded(2_000_000, more, 200)).afterMillis()).isZero();

    PeerAnswer drop = new PeerAnswer(other, PeerStanding.WANTS, 2_010_000);
    assertThat(sharing.answered(2_000_000, List.of(drop), 300)).isInstanceOf(Move.Copy.class);
    assertThat(((Move.Ask) sharing.copyEnded(2_010_000, drop, 400)).afterMillis())
        .isEqualTo(Sharing.ASK_AGAIN_MILLIS);
  }

  @Test
  void whoHasFoundTheLineSlowGoesBackToWhoFetchesAndTakesNoDropsFromOthers() {
    Site site = new Site(1, 3);
    Sharing sharing = site.devices.getLast().sharing;
    DeviceId fetching = site.devices.getFirst().id;
    DeviceId copying = site.devices.get(1).id;
    leaveSlowPeer(sharing, fetching);
    sharing.answered(
        70_000, List.of(new PeerAnswer(fetching, PeerStanding.FETCHES, 80_000)), 40_000);
    PeerAnswer slow = new PeerAnswer(fetching, PeerStanding.FETCHES, 150_000);
    assertThat(sharing.answered(80_000, List.of(slow), 50_000)).isInstanceOf(Move.Copy.class);
    sharing.copyWasSlow(140_000, slow, 80_000);

    Move next =
        sharing.answered(
            140_000, List.of(slow, new PeerAnswer(copying, PeerStanding.WANTS, 150_000)), 80_100);

    assertThat(next).isInstanceOf(Move.Copy.class);
    assertThat(((Move.Copy) next).peer().device()).isEqualTo(fetching);
  }

  /// 60,000 bytes came in half a minute.
  private static void leaveSlowPeer(Sharing sharing, DeviceId peer) {
    PeerAnswer answer = new PeerAnswer(peer, PeerStanding.FETCHES, 60_000);
    sharing.begin(CONTENT, true, 0);
    assertThat(sharing.answered(0, List.of(answer), 0)).isInstanceOf(Move.Copy.class);
    sharing.copyWasSlow(60_000, answer, 30_000);
    assertThat(sharing.answered(60_000, List.of(answer), 30_100)).isInstanceOf(Move.Ask.class);
    assertThat(sharing.answered(60_000, List.of(answer), 30_200)).isInstanceOf(Move.FromHub.class);
  }

  @Test
  void whatTheHubWouldGiveSmallerIsTakenFromPeersAlone() {
    Site site = new Site(1, 2);
    Sharing sharing = site.devices.getFirst().sharing;
    DeviceId other = site.devices.getLast().id;

    sharing.begin(CONTENT, false, 0);

    assertThat(sharing.answered(0, List.of(new PeerAnswer(other, PeerStanding.WANTS, 0)), 100))
        .isInstanceOf(Move.SetAside.class);
    sharing.begin(CONTENT, false, 6_000);
    assertThat(sharing.answered(0, List.of(new PeerAnswer(other, PeerStanding.WHOLE, 9)), 6_100))
        .isInstanceOf(Move.Copy.class);
  }

  @Test
  void whoIsNotInTheDocumentItselfSharesNothing() {
    Site site = new Site(1, 3);
    Sharing stranger = new Sharing(DeviceId.ofKey(new byte[] {99}));

    stranger.shareWith(new Name("store-1"), site.peers);

    assertThat(stranger.isOn()).isFalse();
  }

  /// One device.
  private static final class Box {
    final DeviceId id;
    Sharing sharing;
    boolean isAlive;

    /// Its line to the hub.
    boolean isLineUp = true;

    /// Does not answer others.
    boolean isDeaf;

    long bytes;
    long startsAtMillis = -1;
    long asksAtMillis = -1;
    Move.@Nullable Ask ask;
    final List<PeerAnswer> answers = new ArrayList<>();
    final List<Long> answersAtMillis = new ArrayList<>();
    @Nullable Box source;
    boolean isFetching;
    long grownMillis;

    Box(DeviceId id) {
      this.id = id;
      this.sharing = new Sharing(id);
    }

    boolean isWhole() {
      return bytes >= SIZE;
    }
  }

  private static final class Site {
    final Random random;
    final List<Box> devices = new ArrayList<>();
    final List<Peer> peers = new ArrayList<>();
    long now = 1_000;
    long wanBytes;
    long mostAtOnce;

    Site(int seed, int count) {
      random = new Random(seed);
      for (int i = 0; i < count; i++) {
        DeviceId id = DeviceId.ofKey(new byte[] {(byte) i});
        Peer peer = new Peer(id, new Name("slot-" + i), List.of(), List.of());
        peers.add(peer);
        devices.add(new Box(id));
      }
      devices.forEach(it -> it.sharing.shareWith(new Name("store-1"), peers));
    }

    void startAll(int withinMillis) {
      for (Box box : devices) {
        box.isAlive = true;
        box.startsAtMillis = now + (withinMillis == 0 ? 0 : random.nextInt(withinMillis));
      }
    }

    Box any() {
      return devices.get(random.nextInt(devices.size()));
    }

    Box fetcher() {
      return devices.stream().filter(it -> it.isFetching).findFirst().orElseGet(this::any);
    }

    void kill(Box box) {
      box.isAlive = false;
      box.isFetching = false;
      box.source = null;
      box.ask = null;
    }

    void reviveAll() {
      for (Box box : devices) {
        box.isDeaf = false;
        if (!box.isAlive) {
          box.isAlive = true;
          box.sharing = new Sharing(box.id);
          box.sharing.shareWith(new Name("store-1"), peers);
          box.startsAtMillis = now + random.nextInt(2_000);
        }
      }
    }

    void run(long millis) {
      long until = now + millis;
      while (now < until) {
        step();
      }
    }

    void untilAllAreWhole(long withinMillis) {
      long until = now + withinMillis;
      while (devices.stream().anyMatch(it -> it.isAlive && !it.isWhole())) {
        assertThat(now).as("all alive are whole in time").isLessThan(until);
        step();
      }
    }

    private void step() {
      now += STEP_MILLIS;
      mostAtOnce = Math.max(mostAtOnce, devices.stream().filter(it -> it.isFetching).count());
      for (Box box : devices) {
        if (!box.isAlive || box.isWhole()) {
          continue;
        }
        if (box.startsAtMillis >= 0 && now >= box.startsAtMillis) {
          box.startsAtMillis = -1;
          move(box, box.sharing.begin(CONTENT, true, now));
        }
        hear(box);
        copy(box);
        fetch(box);
      }
    }

    private void move(Box box, Move move) {
      switch (move) {
        case Move.Ask ask -> ask(box, ask);
        case Move.Copy(var peer) -> {
          box.isFetching = false;
          box.source =
              devices.stream().filter(it -> it.id.equals(peer.device())).findFirst().orElseThrow();
          box.grownMillis = now;
        }
        case Move.FromHub(var lookRound) -> {
          box.isFetching = true;
          box.grownMillis = now;
          ask(box, lookRound);
        }
        case Move.SetAside(var millis, var _) -> {
          box.sharing.end();
          box.startsAtMillis = now + millis;
        }
      }
    }

    /// Each peer answers at a moment of its own.
    private void ask(Box box, Move.Ask ask) {
      box.ask = ask;
      box.answers.clear();
      box.answersAtMillis.clear();
      box.asksAtMillis = now + ask.afterMillis();
      ask.peers()
          .forEach(
              it -> box.answersAtMillis.add(box.asksAtMillis + random.nextInt(3 * STEP_MILLIS)));
    }

    private void hear(Box box) {
      Move.Ask ask = box.ask;
      if (ask == null || now < box.asksAtMillis) {
        return;
      }
      boolean isComplete = true;
      for (int i = 0; i < ask.peers().size(); i++) {
        long at = box.answersAtMillis.get(i);
        if (at > now) {
          isComplete = false;
        } else if (at >= 0) {
          box.answersAtMillis.set(i, -1L);
          DeviceId peer = ask.peers().get(i).device();
          Box other = devices.stream().filter(it -> it.id.equals(peer)).findFirst().orElseThrow();
          box.answers.add(answer(other));
        }
      }
      if (isComplete) {
        box.ask = null;
        move(box, box.sharing.answered(box.bytes, box.answers, now));
      }
    }

    private PeerAnswer answer(Box other) {
      if (!other.isAlive || other.isDeaf) {
        return PeerAnswer.unreachable(other.id);
      }
      PeerStanding standing =
          other.isWhole()
              ? PeerStanding.WHOLE
              : other.sharing.isUnderWay(CONTENT) ? other.sharing.standing() : PeerStanding.HOLDS;
      return new PeerAnswer(other.id, standing, other.bytes);
    }

    private void copy(Box box) {
      Box source = box.source;
      if (source == null) {
        return;
      }
      PeerAnswer told = answer(source);
      if (told.standing() != PeerStanding.UNREACHABLE && source.bytes > box.bytes) {
        grow(box, Math.min(LAN_BYTES_A_STEP, source.bytes - box.bytes));
        return;
      }
      boolean mayGrow = told.standing() == PeerStanding.FETCHES;
      if (!mayGrow || now - box.grownMillis > STALL_MILLIS) {
        box.source = null;
        move(box, box.sharing.copyEnded(box.bytes, told, now));
      }
    }

    private void fetch(Box box) {
      if (!box.isFetching) {
        return;
      }
      if (box.isLineUp) {
        long bytes = Math.min(WAN_BYTES_A_STEP, SIZE - box.bytes);
        wanBytes += bytes;
        grow(box, bytes);
      } else if (now - box.grownMillis > 6 * STALL_MILLIS) {
        box.isFetching = false;
        box.ask = null;
        box.sharing.end();
        box.sharing.hubFailed(now + 8_000);
        box.startsAtMillis = now + Sharing.LOOK_MILLIS;
      }
    }

    private void grow(Box box, long bytes) {
      box.bytes += bytes;
      box.grownMillis = now;
      box.sharing.advanced(box.bytes, now);
      if (box.isWhole()) {
        box.isFetching = false;
        box.source = null;
        box.ask = null;
        box.sharing.end();
      }
    }
  }
}
