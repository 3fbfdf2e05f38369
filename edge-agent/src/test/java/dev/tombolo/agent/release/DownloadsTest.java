package dev.tombolo.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DownloadsTest {
  private static final long FIVE_MINUTES = 300_000;
  private static final Reason GONE = new Reason.NotFound("bundle", "gone", List.of());

  private static final Reason WRONG =
      new Reason.DigestMismatch("rotten", Digest.ofText("a"), Digest.ofText("b"));

  private final Downloads downloads = new Downloads();

  @Test
  void whatIsThereOfAFileThatWaitsIsCounted() {
    Variant.File file = file("paused");
    downloads.want(List.of(file));
    downloads.next(0, any -> true);
    downloads.advanced(file.digest(), 3, 0);

    downloads.pause(Set.of());
    assertThat(downloads.bytesDone(List.of(file))).isEqualTo(3);
    downloads.next(1, any -> true);
    assertThat(downloads.bytesDone(List.of(file))).isEqualTo(3);

    downloads.failedWrong(file.digest(), WRONG, 1, FIVE_MINUTES);
    assertThat(downloads.bytesDone(List.of(file))).isZero();
  }

  @Test
  void whatAnEarlierRunLeftCountsForAsLongAsItStays() {
    Variant.File file = file("left");
    Variant.File asked = file("gone from the hub");
    Variant.File swept = file("swept");
    downloads.found(Map.of(file.digest(), 7L, asked.digest(), 5L, swept.digest(), 3L));

    downloads.keepOnly(Set.of(file.digest()), Set.of(asked.digest()));

    assertThat(downloads.bytesDone(List.of(file, asked, swept))).isEqualTo(7 + 5);
    downloads.want(List.of(file));
    downloads.next(0, any -> true);
    assertThat(downloads.bytesDone(List.of(file))).isEqualTo(7);
    downloads.failed(file.digest(), GONE, 0, FIVE_MINUTES);
    assertThat(downloads.bytesDone(List.of(file))).isEqualTo(7);
  }

  @Test
  void whatComesAnewIsNotHereAnyMore() {
    Variant.File file = file("left");
    downloads.found(Map.of(file.digest(), 7L));
    downloads.want(List.of(file));
    downloads.next(0, any -> true);

    downloads.begunAnew(file("other").digest());
    assertThat(downloads.bytesDone(List.of(file))).isEqualTo(7);
    downloads.begunAnew(file.digest());
    assertThat(downloads.bytesDone(List.of(file))).isZero();
  }

  @Test
  void aFileThatFailedHoldsUpTheOthersUntilItsNextTry() {
    Variant.File first = file("first");
    downloads.want(List.of(first, file("second")));
    downloads.next(0, any -> true);
    downloads.failed(first.digest(), GONE, 0, FIVE_MINUTES);

    downloads.keepOnly(Set.of(first.digest(), file("second").digest()), Set.of());

    assertThat(downloads.next(1, any -> true)).isEmpty();
    assertThat(downloads.next(FIVE_MINUTES, any -> true)).contains(file("second"));
  }

  /// Found by the simulation (seed 27): another bundle was offered at once, and begun 5 minutes
  /// later.
  @Test
  void aFileThatNobodyWaitsForAnyMoreHoldsUpNoOther() {
    Variant.File gone = file("gone");
    downloads.want(List.of(gone));
    downloads.next(0, any -> true);
    downloads.failed(gone.digest(), GONE, 0, FIVE_MINUTES);
    downloads.want(List.of(file("new")));

    downloads.keepOnly(Set.of(file("new").digest()), Set.of());

    assertThat(downloads.trouble()).isEmpty();
    assertThat(downloads.next(1, any -> true)).contains(file("new"));
  }

  /// A slow line may be at one application's bundle for hours.
  @Test
  void whatAKitBroughtComesBeforeWhatIsOnItsWay() {
    downloads.want(List.of(file("slow")));
    downloads.next(0, any -> true);
    downloads.came(Set.of(file("brought").digest()));
    downloads.want(List.of(file("brought")));

    assertThat(downloads.giveWay(0, any -> true)).contains(file("slow").digest());
    assertThat(downloads.next(1, any -> true)).contains(file("brought"));
    assertThat(downloads.giveWay(1, any -> true)).isEmpty();

    downloads.finished(file("brought").digest());
    assertThat(downloads.next(2, any -> true)).contains(file("slow"));
  }

  @Test
  void whatAWayBackLacksComesBeforeWhatIsOnItsWay() {
    downloads.want(List.of(file("slow")));
    downloads.next(0, any -> true);
    downloads.want(List.of(file("other"), file("lacking")));
    downloads.putFirst(Set.of(file("lacking").digest(), file("here").digest()));

    assertThat(downloads.giveWay(0, any -> true)).contains(file("slow").digest());
    assertThat(downloads.next(0, any -> true)).contains(file("lacking"));
    assertThat(downloads.giveWay(1, any -> true)).isEmpty();

    downloads.finished(file("lacking").digest());
    assertThat(downloads.next(2, any -> true)).contains(file("slow"));
    assertThat(downloads.giveWay(3, any -> true)).isEmpty();
  }

  @Test
  void whatAWayBackLacksDoesNotWaitForTheNextTryOfAnother() {
    downloads.want(List.of(file("refused")));
    downloads.next(0, any -> true);
    downloads.failed(file("refused").digest(), GONE, 0, FIVE_MINUTES);

    downloads.want(List.of(file("lacking")));
    downloads.putFirst(Set.of(file("lacking").digest()));

    assertThat(downloads.next(1, any -> true)).contains(file("lacking"));
  }

  @Test
  void whatAWayBackCannotGetHoldsUpNoOther() {
    downloads.want(List.of(file("slow"), file("lacking")));
    downloads.putFirst(Set.of(file("lacking").digest()));
    downloads.next(0, any -> true);
    downloads.failed(file("lacking").digest(), GONE, 0, FIVE_MINUTES);

    assertThat(downloads.next(1, any -> true)).contains(file("slow"));
    assertThat(downloads.giveWay(2, any -> true)).isEmpty();
    assertThat(downloads.giveWay(FIVE_MINUTES, any -> true)).contains(file("slow").digest());
  }

  /// Each time it is begun anew, all that is there of it is digested again.
  @Test
  void whatAWayBackCannotGetDoesNotStopOthersAgainAndAgain() {
    downloads.want(List.of(file("slow"), file("lacking")));
    downloads.putFirst(Set.of(file("lacking").digest()));
    int stopped = 0;
    for (long now = 0; now < 30 * 60_000; now += 1_000) {
      stopped += downloads.giveWay(now, any -> true).isPresent() ? 1 : 0;
      if (downloads.next(now, any -> true).filter(file("lacking")::equals).isPresent()) {
        downloads.setAside(now + 5_000);
      }
    }

    assertThat(stopped).isBetween(1, 6);
  }

  /// A line's return wakes what waits, but for this.
  @Test
  void whatTheHubGivesWrongWaitsForItsTimeThoughTheLineIsBack() {
    long minutes = 60_000;
    Variant.File rotten = file("rotten");
    downloads.want(List.of(rotten));
    long now = 0;
    for (long wait : List.of(5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 1280L, 1440L, 1440L)) {
      assertThat(next(now)).as("after " + now / minutes + " minutes").contains(rotten);
      downloads.failedWrong(rotten.digest(), WRONG, now, FIVE_MINUTES);
      downloads.hurry();
      assertThat(next(now + wait * minutes - 1)).isEmpty();
      now += wait * minutes;
    }
    downloads.want(List.of(file("other")));
    assertThat(next(now)).contains(rotten);
    downloads.failedWrong(rotten.digest(), WRONG, now, FIVE_MINUTES);

    assertThat(next(now + FIVE_MINUTES)).contains(file("other"));
    downloads.finished(file("other").digest());
    assertThat(downloads.trouble()).isEmpty();
    assertThat(downloads.wrong(List.of(rotten), now).toString()).contains("rotten");
  }

  @Test
  void whatIsWrongOnceOfAPeerIsAskedForAtOnce() {
    downloads.want(List.of(file("rotten")));
    next(0);
    downloads.failedWrong(file("rotten").digest(), WRONG, 0, FIVE_MINUTES);

    downloads.forgiven(file("rotten").digest());
    downloads.lookBy(1);

    assertThat(next(1)).contains(file("rotten"));
  }

  private Optional<Variant.File> next(long now) {
    return downloads.next(now, it -> !downloads.restsAsWrong(it, now));
  }

  private static Variant.File file(String name) {
    return new Variant.File(name, 10, Digest.ofText(name), false);
  }
}
