package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutReasons.Overruling;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.reason.Reason;
import java.util.List;
import java.util.Map;
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
