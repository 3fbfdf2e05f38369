package dev.tombolo.agent.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.Variant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DownloadsTest {
  private static final long FIVE_MINUTES = 300_000;
  private static final Reason GONE = new Reason.NotFound("bundle", "gone", List.of());

  private final Downloads downloads = new Downloads();

  @Test
  void aFileThatFailedHoldsUpTheOthersUntilItsNextTry() {
    Variant.File first = file("first");
    downloads.want(List.of(first, file("second")));
    downloads.next(0, any -> true);
    downloads.failed(first.digest(), GONE, 0, FIVE_MINUTES);

    downloads.keepOnly(Set.of(first.digest(), file("second").digest()));

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

    downloads.keepOnly(Set.of(file("new").digest()));

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

  private static Variant.File file(String name) {
    return new Variant.File(name, 10, Digest.ofText(name), false);
  }
}
