package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutReasons.Overruling;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Standing;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WhyInRolloutsTest {
  private static final long BEGUN = 1_000;
  private static final Name APP = new Name("embedding");
  private static final Name FLEET = new Name("retail");
  private static final SlotRef SLOT = SlotRef.parse("store-117/counter-1");

  @Test
  void whatASiteWasAssignedSinceOverrulesARollout() {
    List<Layer> layers =
        List.of(
            chosen(LayerKind.FLEET, "fleet retail", "1.0", BEGUN - 1),
            chosen(LayerKind.SITE, "site store-117", "3.0", BEGUN + 1));

    assertThat(WhyInRollouts.overruling(rollout(), layers))
        .contains(new Overruling("site/store-117", Digest.ofText("3.0"), "3.0", false));
  }

  /// The narrowest assignment counts below a rollout, and it is older.
  @Test
  void whatTheFleetWasAssignedSinceDoesNotReachASlotWithAnOlderAssignment() {
    List<Layer> layers =
        List.of(
            chosen(LayerKind.FLEET, "fleet retail", "3.0", BEGUN + 1),
            chosen(LayerKind.DEVICE, "slot store-117/counter-1", "1.0", BEGUN - 1));

    assertThat(WhyInRollouts.overruling(rollout(), layers)).isEmpty();
  }

  @Test
  void whatADestinationLeavesOutIsNamed() {
    List<Layer> layers = List.of(chosen(LayerKind.FLEET, "fleet retail", "1.0", 1));

    assertThat(WhyInRollouts.leftOut(settings(layers, Map.of("size", "large"))))
        .contains(new Reason.LeftOut(List.of("embedding")));
    assertThat(WhyInRollouts.leftOut(settings(layers, Map.of("size", "small")))).isEmpty();
  }

  /// The device is as wanted, and who looks for the fleet's release finds out why it is not there.
  @Test
  void whatASiteHasInsteadOfTheFleetsReleaseIsNamed() {
    Layer fleet = chosen(LayerKind.FLEET, "fleet retail", "2.0", 2);
    Layer site = chosen(LayerKind.SITE, "site store-117", "1.0", 1);
    Layer device = chosen(LayerKind.DEVICE, "slot store-117/counter-1", "3.0", 3);

    assertThat(overruled(fleet, site))
        .containsExactly(layerOverruled("embedding@2.0", "site/store-117", "embedding@1.0"));
    assertThat(overruled(fleet, site, device))
        .containsExactly(
            layerOverruled("embedding@2.0", "device/store-117/counter-1", "embedding@3.0"));
    assertThat(overruled(fleet)).isEmpty();
    assertThat(overruled(site)).isEmpty();
    assertThat(overruled(fleet, chosen(LayerKind.SITE, "site store-117", "2.0", 1))).isEmpty();
  }

  @Test
  void theWidestLayerThatDiffersIsNamed() {
    assertThat(
            overruled(
                chosen(LayerKind.FLEET, "fleet retail", "2.0", 2),
                chosen(LayerKind.SITE, "site store-117", "1.0", 1),
                chosen(LayerKind.DEVICE, "slot store-117/counter-1", "2.0", 3)))
        .containsExactly(
            new Why.Cause(
                APP,
                new Reason.LayerOverruled(
                    "site/store-117",
                    "embedding@1.0",
                    "device/store-117/counter-1",
                    "embedding@2.0")));
  }

  /// What is said of the rollout is enough.
  @Test
  void whatARolloutBringsOrIsOverruledByIsNotNamedAgain() {
    Layer fleet = chosen(LayerKind.FLEET, "fleet retail", "2.0", 2);
    Layer site = chosen(LayerKind.SITE, "site store-117", "1.0", 1);
    SlotSettings both = settings(List.of(fleet, site), Map.of());

    assertThat(overruled(fleet, site, chosen(LayerKind.ROLLOUT, "rollout r1", "3.0", 3))).isEmpty();
    assertThat(
            WhyInRollouts.overruled(
                both,
                List.of(
                    new Why.Cause(
                        APP,
                        new Reason.RolloutOverruled(
                            "r1", "embedding@4.0", "site/store-117", "embedding@1.0")))))
        .isEmpty();
  }

  /// Two applications may wait for the same window.
  @Test
  void eachCauseKeepsItsApplicationAmongWhatRolloutsSay() {
    Name shelf = new Name("shelf");
    Reason shut = new Reason.SwitchWindowClosed(5, "Mon");
    Reason paused = new Reason.TransfersPaused("ann", "inventory", 7);
    List<Why.Cause> theirs =
        List.of(new Why.Cause(paused), new Why.Cause(APP, shut), new Why.Cause(shelf, shut));

    assertThat(WhyInRollouts.among(theirs, List.of(failed()), _ -> Optional.empty()))
        .containsExactly(
            new Why.Cause(
                APP,
                new Reason.RolloutFailedHere(
                    "r1",
                    new Reason.ProbeFailed("golden", "0.3"),
                    Reason.RolloutFailedHere.Again.RETRY)),
            new Why.Cause(paused),
            new Why.Cause(APP, shut),
            new Why.Cause(shelf, shut));
  }

  private static Standing failed() {
    return new Standing(
        rollout(),
        List.of(),
        SLOT.toString(),
        0,
        Phase.FAILED,
        null,
        false,
        false,
        false,
        0,
        0,
        -1,
        new Reason.ProbeFailed("golden", "0.3"),
        0,
        1,
        0,
        BEGUN + 1);
  }

  private static List<Why.Cause> overruled(Layer... layers) {
    return WhyInRollouts.overruled(settings(List.of(layers), Map.of()), List.of());
  }

  private static Why.Cause layerOverruled(String release, String layer, String assigned) {
    return new Why.Cause(APP, new Reason.LayerOverruled("fleet/retail", release, layer, assigned));
  }

  private static SlotSettings settings(List<Layer> layers, Map<String, String> goesTo) {
    return new SlotSettings(
        new PlaceFacts(FLEET, SLOT, Map.of("size", "small"), Map.of()),
        layers,
        Map.of(
            APP,
            new SlotSettings.Policies(
                "application embedding",
                List.of(new SyncPolicy(new Selector(goesTo, List.of()), List.of())),
                Map.of(),
                new Given("", 0, ""))));
  }

  private static Layer chosen(LayerKind kind, String object, String version, long millis) {
    Given given = new Given("alice", millis, "");
    return new Layer(
        kind,
        object,
        Map.of(APP, new Layer.Choice(Digest.ofText(version), version, "", given)),
        Map.of(),
        Map.of(),
        given);
  }

  private static RolloutRecord rollout() {
    return new RolloutRecord(
        new RolloutId(1),
        new ReleaseRef(APP, "2.0"),
        Digest.ofText("2.0"),
        new Scope(FLEET, Set.of(), Map.of()),
        new RolloutPlan(List.of(), Budgets.USUAL, AbortRule.USUAL, 3_600_000, null),
        new RolloutState.Rolling(0, BEGUN, 0, ""),
        List.of(),
        0,
        0,
        BEGUN,
        "alice");
  }
}
