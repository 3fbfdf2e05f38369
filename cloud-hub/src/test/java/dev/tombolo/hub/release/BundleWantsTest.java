package dev.tombolo.hub.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.release.BundlePair.Side;
import dev.tombolo.hub.release.BundleWants.Candidate;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.release.WorkloadSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleWantsTest {
  private static final Name MODEL = new Name("model");

  @Test
  void assignedReleaseIsWantedFromWhatRunsAndFromNothing() {
    Candidate old = candidate("1", 1, true, 3, "x86_64");
    Candidate next = candidate("2", 2, true, 0, "x86_64");

    assertThat(BundleWants.of(List.of(old, next)))
        .containsExactly(pair(next, 0, old, 0), fromNothing(next, 0), fromNothing(old, 0));
  }

  @Test
  void newestReleaseIsWantedBeforeAnybodyAssignsIt() {
    Candidate old = candidate("1", 1, true, 3, "x86_64");
    Candidate skipped = candidate("2", 2, false, 0, "x86_64");
    Candidate newest = candidate("3", 3, false, 0, "x86_64");

    assertThat(BundleWants.of(List.of(old, skipped, newest)))
        .startsWith(pair(newest, 0, old, 0), fromNothing(newest, 0))
        .doesNotContain(fromNothing(skipped, 0));
  }

  /// While shops are still at the last one, somebody pushes the next: they will have moved before
  /// it is assigned.
  @ParameterizedTest
  @CsvSource({"false, 0", "false, 1", "true, 0", "true, 1"})
  void whatIsComingIsABaseOfWhatIsNotAssignedBeforeWhatMostRun(
      boolean isOldAssigned, long thereAlready) {
    Candidate old = candidate("1", 1, isOldAssigned, 3, "x86_64");
    Candidate coming = candidate("2", 2, true, thereAlready, "x86_64");
    Candidate newest = candidate("3", 3, false, 0, "x86_64");
    Candidate assigned = candidate("3", 3, true, 0, "x86_64");

    assertThat(BundleWants.of(List.of(old, coming, newest)))
        .startsWith(pair(newest, 0, coming, 0), pair(newest, 0, old, 0), fromNothing(newest, 0));
    assertThat(BundleWants.of(List.of(old, coming, assigned)))
        .startsWith(pair(newest, 0, old, 0), pair(newest, 0, coming, 0));
  }

  /// The fleet is at what a rollout brought; what was assigned before lies below that.
  @Test
  void whatNobodyRunsAnyMoreIsNoBase() {
    Candidate left = candidate("1", 1, true, 0, "x86_64");
    Candidate runs = candidate("2", 2, true, 3, "x86_64");
    Candidate newest = candidate("3", 3, false, 0, "x86_64");

    assertThat(BundleWants.of(List.of(left, runs, newest)))
        .startsWith(pair(newest, 0, runs, 0), fromNothing(newest, 0))
        .doesNotContain(pair(newest, 0, left, 0), pair(runs, 0, left, 0));
  }

  @Test
  void basesAreOfTheSameMachineAndTheUsualOnesFirst() {
    Candidate rare = candidate("1", 1, false, 1, "x86_64", "aarch64");
    Candidate usual = candidate("2", 2, false, 9, "aarch64");
    Candidate next = candidate("3", 3, true, 0, "aarch64", "x86_64");

    assertThat(BundleWants.of(List.of(rare, usual, next)))
        .containsExactly(
            pair(next, 0, usual, 0),
            pair(next, 0, rare, 1),
            fromNothing(next, 0),
            pair(next, 1, rare, 0),
            fromNothing(next, 1));
  }

  @Test
  void smallReleasesAndOtherApplicationsAreLeftAlone() {
    Candidate small =
        new Candidate(Digest.ofText("s"), MODEL, 2, true, 0, List.of(variant("x86_64", 100)));
    Candidate other =
        new Candidate(
            Digest.ofText("o"),
            new Name("other"),
            1,
            true,
            5,
            List.of(variant("x86_64", 1_000_000)));

    assertThat(BundleWants.of(List.of(small, other))).containsExactly(fromNothing(other, 0));
  }

  @Test
  void aFallbackGivesWayToWhatSomebodyIsAboutToAssignAndToNothingElse() {
    Candidate first = candidate("1", 1, true, 3, "x86_64");
    Candidate second = candidate("2", 2, true, 3, "x86_64");
    Candidate third = candidate("3", 3, false, 0, "x86_64");
    BundlePair fallback = fromNothing(second, 0);
    Set<BundlePair> settled = Set.of(pair(second, 0, first, 0), fromNothing(first, 0));
    Optional<BundlePair> pushed = Optional.of(pair(third, 0, second, 0));

    assertThat(BundlePlan.givesWay(fallback, pushed, List.of(), settled)).isTrue();
    assertThat(BundlePlan.givesWay(fallback, Optional.of(fallback), List.of(), settled)).isFalse();
    assertThat(BundlePlan.givesWay(fallback, Optional.empty(), List.of(), settled)).isFalse();
    // A device waits for it.
    assertThat(BundlePlan.givesWay(fallback, pushed, List.of(fallback), settled)).isFalse();
    // The first release of all has no other bundle.
    assertThat(BundlePlan.givesWay(fallback, pushed, List.of(), Set.of())).isFalse();
  }

  @Test
  void theListIsBounded() {
    List<Candidate> releases = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      releases.add(candidate("v" + i, i, true, 1, "x86_64"));
    }

    assertThat(BundleWants.of(releases)).hasSize(BundleWants.PAIRS_MAX);
  }

  @Test
  void asksComeBeforeForesightAndFailuresWait() {
    BundlePair asked = fromNothing(candidate("a", 1, true, 0, "x86_64"), 0);
    BundlePair foreseen = fromNothing(candidate("f", 1, true, 0, "x86_64"), 0);
    List<BundlePair> one = List.of(asked);
    List<BundlePair> two = List.of(foreseen);

    assertThat(BundlePlan.next(one, two, Set.of(), Map.of(), 0)).contains(asked);
    assertThat(BundlePlan.next(one, two, Set.of(asked), Map.of(), 0)).contains(foreseen);
    assertThat(BundlePlan.next(one, two, Set.of(), Map.of(asked, 5L), 6)).contains(foreseen);
    assertThat(
            BundlePlan.next(
                one, List.of(), Set.of(), Map.of(asked, 5L), 5 + BundlePlan.RETRY_MILLIS))
        .contains(asked);
  }

  @Test
  void whatWasNotUsedForLongestGoesAndTheLastStays() {
    BundlePair old = fromNothing(candidate("1", 1, true, 0, "x86_64"), 0);
    BundlePair used = fromNothing(candidate("2", 1, true, 0, "x86_64"), 0);
    List<BundlePlan.Held> held =
        List.of(new BundlePlan.Held(used, 60, 9), new BundlePlan.Held(old, 60, 3));

    assertThat(BundlePlan.tooMany(held, 120)).isEmpty();
    assertThat(BundlePlan.tooMany(held, 100)).containsExactly(old);
    assertThat(BundlePlan.tooMany(held, 10)).containsExactly(old);
  }

  @Test
  void whatNobodyAskedForPushesOutOnlyWhatIsWantedLess() {
    BundlePair first = BundlePair.fromNothing(new BundlePair.Side(Digest.ofText("first"), 0));
    BundlePair second = BundlePair.fromNothing(new BundlePair.Side(Digest.ofText("second"), 0));
    BundlePair old = BundlePair.fromNothing(new BundlePair.Side(Digest.ofText("old"), 0));
    List<BundlePair> wants = List.of(first, second);

    assertThat(BundlePlan.isOneTooMany(second, wants, List.of(old, first))).isTrue();
    assertThat(BundlePlan.isOneTooMany(second, wants, List.of(old))).isFalse();
    assertThat(BundlePlan.isOneTooMany(first, wants, List.of(second))).isFalse();
    assertThat(BundlePlan.isOneTooMany(old, wants, List.of(first))).isFalse();
  }

  private static Candidate candidate(
      String version, long pushed, boolean assigned, long devices, String... architectures) {
    return new Candidate(
        Digest.ofText(version),
        MODEL,
        pushed,
        assigned,
        devices,
        Arrays.stream(architectures).map(it -> variant(it, 1_000_000)).toList());
  }

  private static Variant variant(String architecture, long bytes) {
    return new Variant(
        "linux",
        architecture,
        List.of(),
        List.of(new Variant.File("model.onnx", bytes, Digest.ofText("file"), false)),
        new WorkloadSpec(
            WorkloadSpec.Type.NONE,
            List.of(),
            Map.of(),
            new WorkloadSpec.Reload.Restart(),
            List.of(),
            0,
            0,
            0),
        List.of());
  }

  private static BundlePair pair(Candidate target, int variant, Candidate base, int baseVariant) {
    return new BundlePair(
        new Side(target.release(), variant), Optional.of(new Side(base.release(), baseVariant)));
  }

  private static BundlePair fromNothing(Candidate target, int variant) {
    return BundlePair.fromNothing(new Side(target.release(), variant));
  }
}
