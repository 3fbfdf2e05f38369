package dev.tombolo.hub.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.release.BundlePair;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleShelfTest {
  private static final BundlePair DELTA =
      new BundlePair(
          new BundlePair.Side(Digest.ofText("2"), 0),
          Optional.of(new BundlePair.Side(Digest.ofText("1"), 3)));
  private static final BundlePair FULL = BundlePair.fromNothing(DELTA.target());

  @TempDir Path folder;

  @Test
  void whatWasPutIsThereAfterARestart() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    put(shelf, DELTA, "delta", 1_000);
    shelf.putNotWorth(FULL, 2_000);

    BundleShelf again = BundleShelf.open(folder);

    assertThat(again.find(DELTA).flatMap(BundleShelf.Entry::bundle))
        .contains(Digest.ofText("delta"));
    assertThat(again.find(Digest.ofText("delta")).map(BundleShelfTest::text)).contains("delta");
    assertThat(again.pairsOf(Digest.ofText("delta"))).containsExactly(DELTA);
    assertThat(again.find(FULL).map(BundleShelf.Entry::bundle)).contains(Optional.empty());
    assertThat(again.bundles()).isEqualTo(1);
    assertThat(again.bytesHeld()).isEqualTo(5);
  }

  @Test
  void whatWasHalfMadeAndWhatIsNoBundleIsGoneAfterARestart() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    Files.writeString(shelf.beginMaking().resolve("half"), "ha");
    Files.writeString(folder.resolve("stray"), "x");

    BundleShelf.open(folder);

    assertThat(files()).isEmpty();
  }

  @Test
  void theLeastRecentlyUsedGoesFirstAlsoAfterARestart() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    put(shelf, FULL, "a full one", 1_000);
    put(shelf, DELTA, "delta", 2_000);
    shelf.used(shelf.find(FULL).orElseThrow(), 500_000);

    BundleShelf again = BundleShelf.open(folder);

    assertThat(again.trim(12, null, 600_000)).isEqualTo(1);
    assertThat(again.find(DELTA)).isEmpty();
    assertThat(again.find(FULL)).isPresent();
    assertThat(files()).hasSize(1);
  }

  /// The hub's clock had been ahead.
  @Test
  void whatWasUsedInTheFutureIsUsedNow() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    put(shelf, FULL, "a full one", 9_000_000);
    put(shelf, DELTA, "delta", 2_000_000);

    shelf.used(shelf.find(FULL).orElseThrow(), 1_000_000);

    assertThat(shelf.find(FULL).map(BundleShelf.Entry::usedMillis)).contains(1_000_000L);
  }

  /// It was the oldest, went at once, and was made again without end.
  @Test
  void whatWasJustMadeStaysThoughOthersWereUsedInTheFuture() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    put(shelf, FULL, "a full one", 9_000_000);
    put(shelf, DELTA, "delta", 1_000_000);

    assertThat(shelf.trim(12, DELTA, 1_000_000)).isEqualTo(1);
    assertThat(shelf.find(DELTA)).isPresent();
    assertThat(shelf.find(FULL)).isEmpty();
  }

  @Test
  void whatWasUsedInTheFutureHasNoAdvantageLater() throws Exception {
    BundleShelf shelf = BundleShelf.open(folder);
    put(shelf, FULL, "a full one", 9_000_000);
    put(shelf, DELTA, "delta", 900_000);
    assertThat(shelf.trim(100, null, 1_000_000)).isZero();
    shelf.used(shelf.find(DELTA).orElseThrow(), 2_000_000);

    BundleShelf again = BundleShelf.open(folder);

    assertThat(again.trim(12, null, 3_000_000)).isEqualTo(1);
    assertThat(again.find(FULL)).isEmpty();
  }

  private static void put(BundleShelf shelf, BundlePair pair, String content, long millis)
      throws IOException {
    Path making = shelf.beginMaking();
    Path made = Files.writeString(making.resolve("bundle"), content);
    Files.setLastModifiedTime(made, FileTime.fromMillis(millis));
    shelf.put(pair, Digest.ofText(content), made, millis);
    shelf.discard(making);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
