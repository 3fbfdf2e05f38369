package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.Assignment;
import dev.tombolo.agent.release.ReleaseMachine;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// I8: each way to a full download, and what is said about it. Those after a bundle that came to
/// nothing are in [BundleRouteTest]; a hub that knows no bundles in `HubFilesTest`; an agent before
/// bundles in `AgentStoreContract`.
class NeverSilentlyFullTest {
  private static final Assignment ONE = new Assignment(Digest.ofText("1"), "1.0", Map.of());
  private static final Assignment TWO = new Assignment(Digest.ofText("2"), "2.0", Map.of());
  private static final Assignment THREE = new Assignment(Digest.ofText("3"), "3.0", Map.of());
  private static final Reason BAD = new Reason.ProbeFailed("port", "no answer");

  private final Shop shop = new Shop();

  private Publisher.Signed large(String version) {
    return shop.known(shop.publisher.sign(Publisher.large(Shop.APP, version)));
  }

  /// For machines with a GPU only.
  private Publisher.Signed largeForGpus(String version) {
    ReleaseManifest it = Publisher.large(Shop.APP, version);
    Variant any = it.variants().getFirst();
    Variant gpu =
        new Variant(
            any.os(),
            any.architecture(),
            List.of("gpu"),
            any.files(),
            any.workload(),
            any.parameters());
    return shop.known(
        shop.publisher.sign(
            new ReleaseManifest(
                it.name(),
                it.version(),
                it.kind(),
                "",
                it.fleets(),
                0,
                List.of(),
                List.of(gpu),
                List.of())));
  }

  private void live(Publisher.Signed release) {
    shop.hub.assign(release);
    if (!shop.agentRuns()) {
      shop.startAgent();
    }
    shop.until("live", () -> shop.isLive(release.digest()));
  }

  /// What `why` and `get transfers` say while it comes.
  private Reason.DownloadGrew saidWhileItComes(Digest content) {
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.until(
        "asked for",
        () ->
            shop.done.stream()
                .anyMatch(it -> it instanceof AgentEffect.Fetch at && at.file().equals(content)));
    ApplicationStatus status = shop.core().state(shop.now()).applications().getFirst();
    assertThat(status.transfer()).isNotNull();
    assertThat(shop.hub.rows())
        .as("told once, too")
        .filteredOn(it -> it instanceof ReportBody.Happened at && at.what().equals("download-grew"))
        .hasSizeLessThanOrEqualTo(1);
    return (Reason.DownloadGrew)
        status.reasons().stream()
            .filter(Reason.DownloadGrew.class::isInstance)
            .findFirst()
            .orElseThrow(() -> new AssertionError("only " + status.reasons()));
  }

  @Test
  void whatIsLiveHasNoVariantForThisMachineAnyMore() {
    Publisher.Signed first = largeForGpus("1.0");
    Publisher.Signed second = large("2.0");
    shop.offer(first, Optional.empty(), 600_000);
    final Digest whole = shop.offer(second, Optional.empty(), 600_000);
    shop.runtimes = Set.of("gpu");
    live(first);

    shop.killAgent();
    shop.runtimes = Set.of();
    shop.startAgent();
    shop.hub.assign(second);

    assertThat(saidWhileItComes(whole))
        .isEqualTo(
            new Reason.DownloadGrew(
                "full bundle",
                new Reason.BundleMissing(
                    "what is live, 1.0, has no variant that this machine takes now")));
  }

  @Test
  void theFilesOfWhatIsLiveAreSpoiled() {
    Publisher.Signed first = large("1.0");
    final Digest whole = shop.offer(first, Optional.empty(), 600_000);
    live(first);
    shop.files.clear();
    shop.staged.clear();
    shop.done.clear();
    shop.killAgent();
    shop.store.damage = Optional.of(new Reason.DatabaseDamaged("found", 0, "copy"));
    shop.startAgent();

    assertThat(saidWhileItComes(whole))
        .isEqualTo(
            new Reason.DownloadGrew(
                "full bundle", new Reason.IoFailed("model.bin", "not in the store")));
  }

  @Test
  void theLiveReleaseGetsOtherParametersAndIsNotWholeHere() {
    Publisher.Signed first = large("1.0");
    final Digest whole = shop.offer(first, Optional.empty(), 600_000);
    live(first);
    shop.files.clear();
    shop.done.clear();
    shop.killAgent();
    shop.startAgent();
    shop.hub.assign(Map.of("threads", "4"), first);

    assertThat(saidWhileItComes(whole).cause())
        .isEqualTo(new Reason.BaseDamaged(first.digest(), "not all of its files are here"));
  }

  @Test
  void theKitThatWasToBringAllOfItIsBad() {
    Publisher.Signed first = large("1.0");
    Publisher.Signed second = large("2.0");
    shop.offer(first, Optional.empty(), 600_000);
    final Digest change = shop.offer(second, Optional.of(first), 9_000);
    live(first);
    Set<Digest> files = new HashSet<>();
    second.manifest().variants().getFirst().files().forEach(it -> files.add(it.digest()));
    shop.hub.assign(second);
    shop.hanging.add(AgentEffect.Fetch.class);
    shop.kits.put(
        "kit-00000000000000aa", shop.hub.kit("kit-00000000000000aa", files.toArray(new Digest[0])));
    shop.until(
        "the kit's file is begun",
        () ->
            shop.done.stream()
                .anyMatch(it -> it instanceof AgentEffect.Fetch at && files.contains(at.file())));
    Digest begun =
        shop.done.stream()
            .filter(it -> it instanceof AgentEffect.Fetch at && files.contains(at.file()))
            .map(it -> ((AgentEffect.Fetch) it).file())
            .findFirst()
            .orElseThrow();

    shop.kits.clear();
    shop.tell(new AgentEvent.FetchFailed(begun, new Reason.IoFailed("kit", "it is gone"), true));

    shop.until(
        "the change is asked for",
        () ->
            shop.done.stream()
                .anyMatch(it -> it instanceof AgentEffect.Fetch at && at.file().equals(change)));
  }

  @Test
  void nothingIsLiveThoughSomethingWasHere() {
    assertThat(why(ReleaseMachine.want(new ReleaseState.Removing(ONE), Optional.of(TWO))))
        .contains("1.0 was being removed");
    assertThat(
            why(
                ReleaseMachine.want(
                    new ReleaseState.RolledBack(ONE, Optional.empty(), BAD), Optional.of(TWO))))
        .contains("1.0 failed here");
    assertThat(
            why(
                ReleaseMachine.wantInstead(
                    new ReleaseState.SwitchingBack(TWO, ONE, BAD), Optional.of(THREE))))
        .contains("1.0 is not whole");
  }

  private static String why(ReleaseState state) {
    return ((ReleaseState.Fetching) state).route().cause().orElseThrow().toString();
  }

  /// Nothing less was possible, so nothing has grown.
  @Test
  void aFirstInstallationASmallReleaseAndAWholeKitAreNoGrowth() {
    Publisher.Signed first = large("1.0");
    shop.offer(first, Optional.empty(), 600_000);
    live(first);
    live(shop.release("2.0"));
    Publisher.Signed third = large("3.0");
    Digest[] files =
        third.manifest().variants().getFirst().files().stream()
            .map(Variant.File::digest)
            .toArray(Digest[]::new);
    shop.cutLine();
    shop.hub.assign(third);
    shop.kits.put("kit-00000000000000aa", shop.hub.kit("kit-00000000000000aa", files));
    shop.until("live", () -> shop.isLive(third.digest()));
    shop.lineCut = false;
    shop.until("heard", () -> shop.hub.happened("live") == 3);

    assertThat(shop.hub.happened("download-grew")).isZero();
  }
}
