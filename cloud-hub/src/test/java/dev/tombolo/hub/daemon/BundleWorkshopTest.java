package dev.tombolo.hub.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.core.BundleDesk.Offer;
import dev.tombolo.hub.core.BundleDesk.Row;
import dev.tombolo.hub.core.BundleDesk.Standing;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.files.BundleShelf;
import dev.tombolo.hub.files.ContentStore;
import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleWorkshopTest {
  private static final long WAIT_SECONDS = 300;
  private static final Optional<DeviceId> DEVICE = Optional.of(Scene.deviceOf("one"));

  @TempDir Path folder;
  private HubStore store;
  private HubViews views;
  private ContentStore files;
  private Scene scene;
  private Digest release;

  @BeforeEach
  void open() throws Exception {
    store = SqliteHubStore.open(folder.resolve("hub.db"));
    views = SqliteViews.open(folder.resolve("hub.db"));
    files = ContentStore.open(folder.resolve("files"), 1 << 20);
    scene = Scene.ready(store);
    release = scene.assign("embedding", "1.0");
  }

  @AfterEach
  void close() {
    views.close();
    store.close();
  }

  private BundleWorkshop workshop(boolean makes) throws Exception {
    BundleWorkshop workshop = resting(makes);
    workshop.start();
    return workshop;
  }

  /// Takes what is asked for, and makes none of it.
  private BundleWorkshop resting(boolean makes) throws Exception {
    return new BundleWorkshop(
        views,
        files,
        BundleShelf.open(folder.resolve("bundles")),
        new HubConfig.Bundles(makes, 1 << 20),
        InstantSource.system());
  }

  private static Offer settled(BundleWorkshop workshop, BundlePair pair) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    Offer offer = workshop.offer(pair, DEVICE);
    while (offer instanceof Offer.Awaited && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      offer = workshop.offer(pair, DEVICE);
    }
    return offer;
  }

  @Test
  void whatCannotBeMadeIsSaidAndNotTriedAgainAtOnce() throws Exception {
    try (BundleWorkshop workshop = workshop(true)) {
      BundlePair pair = BundlePair.fromNothing(new BundlePair.Side(release, 0));

      assertThat(workshop.offer(pair, DEVICE)).isInstanceOf(Offer.Awaited.class);
      assertThat(settled(workshop, pair))
          .isEqualTo(new Offer.Missing("the hub could not make it: model.onnx is not at the hub"));
      assertThat(workshop.failures()).isEqualTo(1);
      assertThat(workshop.rows())
          .singleElement()
          .extracting(Row::standing)
          .isEqualTo(Standing.FAILED);
      BundlePair unknown = BundlePair.fromNothing(new BundlePair.Side(Digest.ofText("?"), 3));
      assertThat(settled(workshop, unknown).toString()).contains("has no variant 3");
    }
  }

  @Test
  void aBundleThatSavesNothingIsKnownNotToAlsoAfterARestart() throws Exception {
    byte[] content = "embedding1.0 bytes".getBytes(StandardCharsets.US_ASCII);
    files.put(Digest.of(content), new ByteArrayInputStream(content));
    BundlePair pair = BundlePair.fromNothing(new BundlePair.Side(release, 0));
    try (BundleWorkshop workshop = workshop(true)) {
      assertThat(settled(workshop, pair)).isEqualTo(new Offer.NotWorth());
    }
    try (BundleWorkshop workshop = workshop(false)) {
      assertThat(workshop.offer(pair, DEVICE)).isEqualTo(new Offer.NotWorth());
      BundlePair other = BundlePair.fromNothing(new BundlePair.Side(release, 1));
      assertThat(workshop.offer(other, DEVICE).toString()).contains("bundles.make");
    }
  }

  @Test
  void whatDoesNotExistIsNotWaitedForAndNotTriedToBeMade() throws Exception {
    try (BundleWorkshop workshop = resting(true)) {
      BundlePair.Side there = new BundlePair.Side(release, 0);
      BundlePair.Side not = new BundlePair.Side(release, 7);
      for (BundlePair junk :
          List.of(
              BundlePair.fromNothing(not),
              new BundlePair(there, Optional.of(not)),
              new BundlePair(not, Optional.of(there)))) {
        assertThat(settled(workshop, junk).toString())
            .contains("Missing")
            .contains("has no variant 7");
      }
      assertThat(workshop.waiting()).isZero();
      assertThat(workshop.failures()).isZero();
    }
  }

  @Test
  void aDeviceThatAsksForALotHoldsUpNobodyElse() throws Exception {
    List<BundlePair.Side> sides = new ArrayList<>();
    for (String version : List.of("1.0", "2.0", "3.0")) {
      sides.add(new BundlePair.Side(scene.assign("embedding", version), 0));
    }
    try (BundleWorkshop workshop = resting(true)) {
      for (BundlePair.Side target : sides) {
        for (BundlePair.Side base : sides) {
          BundlePair pair = new BundlePair(target, Optional.of(base));
          assertThat(workshop.offer(pair, DEVICE)).isInstanceOf(Offer.Awaited.class);
        }
      }
      assertThat(workshop.waiting()).isEqualTo(BundleWorkshop.ASKED_BY_ONE_MAX);

      BundlePair other = BundlePair.fromNothing(sides.getFirst());
      workshop.offer(other, Optional.of(Scene.deviceOf("another")));
      assertThat(workshop.waiting()).isEqualTo(BundleWorkshop.ASKED_BY_ONE_MAX + 1L);
      assertThat(workshop.rows()).extracting(Row::pair).contains(other);
    }
  }

  /// A slow line fetches it for days, and asks for it once.
  @Test
  void whatIsGivenIsInUse() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder.resolve("bundles"));
    Digest bundle = Digest.ofText("bundle");
    Path made = Files.writeString(shelf.beginMaking().resolve("bundle"), "bundle");
    BundlePair pair = BundlePair.fromNothing(new BundlePair.Side(release, 0));
    Files.setLastModifiedTime(made, FileTime.fromMillis(1_000));
    shelf.put(pair, bundle, made, 1_000);
    try (BundleWorkshop workshop = resting(false)) {
      assertThat(workshop.rows()).extracting(Row::usedMillis).containsExactly(1_000L);

      assertThat(workshop.find(bundle)).isPresent();

      assertThat(workshop.rows().getFirst().usedMillis()).isGreaterThan(1_000);
    }
  }
}
