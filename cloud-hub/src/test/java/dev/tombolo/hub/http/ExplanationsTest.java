package dev.tombolo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.desired.Given;
import dev.tombolo.hub.desired.Layer;
import dev.tombolo.hub.desired.LayerKind;
import dev.tombolo.hub.desired.PlaceFacts;
import dev.tombolo.hub.desired.SlotSettings;
import dev.tombolo.hub.http.api.ExplainedLink;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Origin;
import dev.tombolo.hub.rollout.Phase;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
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
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExplanationsTest {
  private static final Name APP = new Name("people");
  private static final Name FLEET = new Name("retail");
  private static final SlotRef SLOT = SlotRef.parse("store-117/counter-1");

  @Test
  void olderRolloutsAreToldAsOverridden() throws RefusedException {
    SlotSettings settings =
        new SlotSettings(
            new PlaceFacts(FLEET, SLOT, Map.of(), Map.of()),
            List.of(
                layer(LayerKind.FLEET, "fleet retail", "1.0"),
                layer(LayerKind.ROLLOUT, "rollout r2", "3.0")),
            Map.of());

    List<ExplainedLink> chain =
        Explanations.of(
                null,
                settings,
                List.of(standing(2, "3.0"), standing(1, "2.0")),
                release -> new TreeMap<>(),
                Optional.empty())
            .values()
            .getFirst()
            .chain();

    assertThat(chain)
        .extracting(link -> link.object() + " " + link.text())
        .containsExactly("rollout r2 3.0", "rollout r1 2.0", "fleet retail 1.0");
  }

  private static Layer layer(LayerKind kind, String object, String version) {
    Given given = new Given("user:alice", 1, "");
    return new Layer(
        kind,
        object,
        Map.of(APP, new Layer.Choice(Digest.ofText(version), version, "", given)),
        Map.of(),
        Map.of(),
        given);
  }

  private static Standing standing(long rollout, String version) {
    RolloutRecord record =
        new RolloutRecord(
            new RolloutId(rollout),
            new ReleaseRef(APP, version),
            Digest.ofText(version),
            new Scope(FLEET, Set.of(), Map.of()),
            new RolloutPlan(List.of(), Budgets.USUAL, AbortRule.USUAL, 60_000, null),
            new RolloutState.Completed(0, rollout),
            List.of(),
            0,
            0,
            rollout,
            "user:bob",
            Origin.NONE,
            RolloutRecord.NO_RETRY);
    return new Standing(
        record,
        List.of(),
        SLOT.toString(),
        0,
        Phase.SUCCEEDED,
        rollout == 1 ? new RolloutId(2) : null,
        false,
        false,
        false,
        0,
        0,
        -1,
        new Reason.Unknown("none"),
        0,
        0,
        0,
        10);
  }
}
