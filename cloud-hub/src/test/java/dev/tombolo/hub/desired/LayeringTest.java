package dev.tombolo.hub.desired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.desired.Selector.Expression;
import dev.tombolo.hub.desired.Selector.Operator;
import dev.tombolo.hub.desired.SlotSettings.Policies;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Layers, overrides and templates: what a device is given, and where it comes from.
class LayeringTest {
  private static final Name APP = new Name("embedding");
  private static final Given ALICE = new Given("user:alice", 1, "");
  private static final PlaceFacts PLACE =
      new PlaceFacts(
          new Name("retail"),
          SlotRef.parse("store-117/counter-1"),
          Map.of("size", "small", "region", "north"),
          Map.of("size", "tiny", "camera", "usb"));

  private final List<Layer> layers = new ArrayList<>();
  private final List<SyncPolicy> policies = new ArrayList<>();

  LayeringTest() {
    layer(LayerKind.FLEET, "1.0", Map.of());
  }

  @Test
  void theNarrowestLayerWinsAndTheOthersAreTold() {
    layer(LayerKind.GLOBAL, null, Map.of("port", "1", "threads", "2"));
    layer(LayerKind.SITE, "1.1", Map.of("port", "3"));
    layer(LayerKind.DEVICE, null, Map.of("port", "4"));

    Resolved.Application app = resolve().applications().getFirst();

    assertThat(app.values()).isEqualTo(Map.of("port", "4", "threads", "2"));
    assertThat(trail("port").links())
        .extracting(Resolved.Link::layer)
        .containsExactly(LayerKind.GLOBAL, LayerKind.SITE, LayerKind.DEVICE);
    assertThat(app.release().version()).isEqualTo("1.1");
    assertThat(app.releases())
        .extracting(Resolved.Chosen::layer)
        .containsExactly(LayerKind.FLEET, LayerKind.SITE);
  }

  @Test
  void aRolloutsReleaseBeatsEveryPlaces() {
    layer(LayerKind.DEVICE, "1.1", Map.of());
    layer(LayerKind.ROLLOUT, "2.0", Map.of());

    assertThat(resolve().applications().getFirst().release().version()).isEqualTo("2.0");
  }

  @Test
  void aRolloutTakesAnApplicationNowhereThatItsDestinationsLeaveOut() {
    layer(LayerKind.ROLLOUT, "2.0", Map.of());
    policies.add(new SyncPolicy(labels("size", "large"), List.of()));

    assertThat(resolve().applications()).isEmpty();
  }

  @Test
  void aRolloutsReleaseCountsWhereAPlaceNamesTheApplication() {
    layer(LayerKind.SITE, "1.1", Map.of());
    layer(LayerKind.ROLLOUT, "2.0", Map.of());
    policies.add(new SyncPolicy(labels("size", "large"), List.of()));

    assertThat(resolve().applications().getFirst().releases())
        .extracting(Resolved.Chosen::layer)
        .containsExactly(LayerKind.SITE, LayerKind.ROLLOUT);
  }

  @Test
  void anOverrideIsLaidOverAllLayersWhereItsLabelsFit() {
    layer(LayerKind.DEVICE, null, Map.of("port", "4"));
    override(labels("camera", "usb"), patch("replace", "/parameters/port", "5"));
    override(labels("camera", "ip"), patch("add", "/parameters/port", "6"));

    Resolved.Trail port = trail("port");

    assertThat(port.value()).isEqualTo("5");
    assertThat(port.links().getLast())
        .isEqualTo(
            new Resolved.Link(
                LayerKind.OVERRIDE,
                "application retail/embedding",
                "spec.syncPolicies[0].overrides[0].patches[0]",
                "5",
                ALICE));
  }

  @Test
  void theLabelsOfTheSlotBeatThoseOfTheSite() {
    override(labels("size", "tiny"), patch("add", "/parameters/a", "1"));
    override(labels("size", "small"), patch("add", "/parameters/b", "1"));
    override(labels("region", "north"), patch("add", "/parameters/c", "1"));
    override(labels("tombolo.io/site", "store-117"), patch("add", "/parameters/d", "1"));

    assertThat(values()).isEqualTo(Map.of("a", "1", "c", "1", "d", "1"));
  }

  @Test
  void aPatchTakesAParameterAway() {
    layer(LayerKind.SITE, null, Map.of("port", "4"));
    override(Selector.ALL, patch("remove", "/parameters/port", null));

    assertThat(values()).isEmpty();
    assertThat(trail("port").links()).hasSize(2);
  }

  @Test
  void thePatchesOfAnOverrideAreDoneAllOrNone() {
    layer(LayerKind.SITE, null, Map.of("port", "4"));
    override(
        Selector.ALL,
        patch("add", "/parameters/threads", "8"),
        patch("test", "/parameters/port", "5"),
        patch("replace", "/parameters/port", "6"));
    override(
        Selector.ALL, patch("test", "/parameters/port", "4"), patch("add", "/parameters/x", "1"));

    assertThat(values()).isEqualTo(Map.of("port", "4", "x", "1"));
    assertThat(resolve().troubles())
        .containsExactly(
            new Trouble.TestFailed(
                APP,
                "application retail/embedding",
                "spec.syncPolicies[0].overrides[0].patches[1]"));
  }

  @Test
  void aTestLooksAtWhatTheDeviceIsGivenNotAtTheTemplate() {
    layer(LayerKind.SITE, null, Map.of("kind", "${site.labels.size}-shop"));
    override(
        Selector.ALL,
        patch("test", "/parameters/kind", "small-shop"),
        patch("add", "/parameters/a", "1"));
    override(
        Selector.ALL,
        patch("test", "/parameters/kind", "${site.labels.size}-shop"),
        patch("add", "/parameters/b", "1"));
    override(
        Selector.ALL,
        patch("test", "/parameters/kind", "${site.labels.none}-shop"),
        patch("add", "/parameters/c", "1"));

    assertThat(values()).isEqualTo(Map.of("kind", "small-shop", "a", "1", "b", "1"));
  }

  @Test
  void whatIsNotThereCannotBeReplacedOrRemoved() {
    override(Selector.ALL, patch("replace", "/parameters/port", "6"));
    override(Selector.ALL, patch("remove", "/parameters/port", null));

    assertThat(values()).isEmpty();
    assertThat(resolve().troubles())
        .hasSize(2)
        .allMatch(trouble -> trouble instanceof Trouble.NothingToPatch && !trouble.isMeant());
  }

  @Test
  void aMoveTakesTheValueAndLeavesNothing() {
    layer(LayerKind.SITE, null, Map.of("listen", "${site.name}:1", "port", "4"));
    override(Selector.ALL, from("move", "/parameters/port", "/parameters/listen"));

    assertThat(values()).isEqualTo(Map.of("port", "store-117:1"));
    assertThat(trail("port").links())
        .extracting(Resolved.Link::text)
        .containsExactly("4", "${site.name}:1");
    assertThat(trail("listen").links())
        .extracting(Resolved.Link::text)
        .containsExactly("${site.name}:1", null);
  }

  @Test
  void aCopyLeavesItsSource() {
    layer(LayerKind.SITE, null, Map.of("a", "1"));
    override(
        Selector.ALL,
        from("copy", "/parameters/b", "/parameters/a"),
        from("copy", "/parameters/c", "/parameters/b"),
        patch("replace", "/parameters/a", "2"),
        from("move", "/parameters/d", "/parameters/d"));
    assertThat(values()).isEqualTo(Map.of("a", "1"));

    policies.clear();
    override(
        Selector.ALL,
        from("copy", "/parameters/b", "/parameters/a"),
        from("copy", "/parameters/c", "/parameters/b"),
        patch("replace", "/parameters/a", "2"),
        from("move", "/parameters/a", "/parameters/a"));
    assertThat(values()).isEqualTo(Map.of("a", "2", "b", "1", "c", "1"));
  }

  @Test
  void whatIsNotThereCannotBeMovedOrCopied() {
    layer(LayerKind.SITE, null, Map.of("a", "1"));
    override(
        Selector.ALL,
        from("move", "/parameters/b", "/parameters/a"),
        from("copy", "/parameters/c", "/parameters/a"));
    override(
        Selector.ALL,
        patch("add", "/parameters/x", "1"),
        from("move", "/parameters/b", "/parameters/none"));

    assertThat(values()).isEqualTo(Map.of("a", "1"));
    assertThat(resolve().troubles())
        .containsExactly(
            new Trouble.NothingToTake(
                APP,
                "application retail/embedding",
                "spec.syncPolicies[0].overrides[0].patches[1]",
                "a"),
            new Trouble.NothingToTake(
                APP,
                "application retail/embedding",
                "spec.syncPolicies[0].overrides[1].patches[1]",
                "none"));
  }

  @Test
  void anOperationTakesWhatItNeedsAndNothingElse() {
    assertThatThrownBy(() -> patch("move", "/parameters/a", null))
        .hasMessage("'move' needs 'from': the parameter to take, like /parameters/port");
    assertThatThrownBy(() -> new Patch(Patch.Op.COPY, "a", "1", "b"))
        .hasMessage("'copy' takes no value; leave it out");
    assertThatThrownBy(() -> new Patch(Patch.Op.ADD, "a", "1", "b"))
        .hasMessage("'add' takes no 'from'; leave it out");
    assertThatThrownBy(() -> Patch.Op.of("moev"))
        .hasMessage("'moev' is not taken; use one of add, replace, remove, move, copy, test");
  }

  @ParameterizedTest
  @CsvSource({
    "2, 2.0, true",
    "2.0, 2e0, true",
    "20, 2E+1, true",
    "-0, 0.0, true",
    "0.1, 0.10, true",
    "2, 3, false",
    "2, 02, false",
    "2, 2x, false",
    "true, true, true",
    "true, 1, false",
    "1e999999, 1e999998, false",
    "1.0.0, 1.0, false",
  })
  void aTestComparesValuesAsJsonDoes(String given, String wanted, boolean holds) {
    layer(LayerKind.SITE, null, Map.of("port", given));
    override(
        Selector.ALL,
        patch("test", "/parameters/port", wanted),
        patch("add", "/parameters/x", "1"));

    assertThat(values().containsKey("x")).isEqualTo(holds);
  }

  @Test
  void aTestSeesWhatEarlierPatchesDid() {
    layer(LayerKind.SITE, null, Map.of("a", "1"));
    override(
        Selector.ALL,
        from("move", "/parameters/b", "/parameters/a"),
        patch("test", "/parameters/b", "1"),
        patch("add", "/parameters/x", "1"));

    assertThat(values()).isEqualTo(Map.of("b", "1", "x", "1"));
  }

  @Test
  void laterOverridesSeeWhatEarlierOnesDid() {
    override(Selector.ALL, patch("add", "/parameters/port", "6"));
    override(Selector.ALL, patch("replace", "/parameters/port", "7"));

    assertThat(values()).isEqualTo(Map.of("port", "7"));
  }

  @Test
  void anApplicationGoesOnlyWhereAPolicySaysSo() {
    policies.add(new SyncPolicy(labels("region", "south"), List.of()));
    assertThat(resolve().applications()).isEmpty();

    // Somebody has assigned it to the slot itself.
    layer(LayerKind.DEVICE, "3.0", Map.of());
    assertThat(resolve().applications().getFirst().release().version()).isEqualTo("3.0");
  }

  @Test
  void anApplicationWithoutARestrictionGoesEverywhere() {
    policies.add(new SyncPolicy(labels("region", "south"), List.of()));
    policies.add(new SyncPolicy(Selector.ALL, List.of()));

    assertThat(resolve().applications()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain | plain",
        "${site.name} | store-117",
        "${fleet.name}/${slot.name} | retail/counter-1",
        "${device.name} | counter-1",
        "a ${site.labels.region} b | a north b",
        "${device.labels.camera} | usb",
        "${slot.labels.size}${site.labels.size} | tinysmall",
        "$${site.name} | ${site.name}",
        "$${site.name} of ${site.name} | ${site.name} of store-117",
        "cost: 5$ | cost: 5$",
        "${unknown} | ${unknown}",
        "${site.name | ${site.name",
      })
  void templatesAreFilledIn(String text, String filled) {
    layer(LayerKind.FLEET, null, Map.of("title", text));

    assertThat(values()).isEqualTo(Map.of("title", filled));
  }

  @Test
  void aMissingLabelLeavesTheParameterOutAndIsTold() {
    layer(LayerKind.FLEET, null, Map.of("title", "${device.labels.colour}", "port", "1"));

    assertThat(values()).isEqualTo(Map.of("port", "1"));
    assertThat(resolve().troubles())
        .containsExactly(new Trouble.LabelMissing(APP, "title", "fleet", "device.labels.colour"));
  }

  @ParameterizedTest
  @CsvSource({
    "${site.nam}, site.nam",
    "${site.labels.}, site.labels.",
    "${site.name, site.name",
    "a ${site.name} ${what}, what",
  })
  void anUnknownVariableIsFound(String text, String variable) {
    assertThat(Template.unknownIn(text)).isEqualTo(variable);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "$", "{}", "${site.name}", "$${anything}", "${device.labels.a-b/c}"})
  void whatIsKnownIsNotComplainedOf(String text) {
    assertThat(Template.unknownIn(text)).isNull();
  }

  @Test
  void valuesThatGrowBeyondTheDocumentsBoundAreLeftOut() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      many.put("p" + i, "${site.name}" + "x".repeat(1_000));
    }
    layer(LayerKind.FLEET, null, many);

    assertThat(values().size()).isBetween(20, 39);
    assertThat(resolve().troubles()).allMatch(Trouble.TooLarge.class::isInstance);
  }

  @Test
  void expressionsPickAsInKubernetes() {
    Map<String, String> labels = Map.of("a", "1");

    assertThat(expression("a", Operator.IN, "1", "2").matches(labels)).isTrue();
    assertThat(expression("b", Operator.IN, "1").matches(labels)).isFalse();
    assertThat(expression("a", Operator.NOT_IN, "1").matches(labels)).isFalse();
    assertThat(expression("b", Operator.NOT_IN, "1").matches(labels)).isTrue();
    assertThat(expression("a", Operator.EXISTS).matches(labels)).isTrue();
    assertThat(expression("b", Operator.EXISTS).matches(labels)).isFalse();
    assertThat(expression("a", Operator.DOES_NOT_EXIST).matches(labels)).isFalse();
    assertThat(expression("b", Operator.DOES_NOT_EXIST).matches(labels)).isTrue();
  }

  @Test
  void anExpressionThatCanPickNothingIsRefused() {
    assertThatThrownBy(() -> expression("a", Operator.IN)).hasMessageContaining("give values");
    assertThatThrownBy(() -> expression("a", Operator.EXISTS, "1"))
        .hasMessageContaining("leave them out");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/release",
        "/parameters",
        "/parameters/",
        "/parameters/a/b",
        "parameters/a",
        "",
        "/parameters/a~2"
      })
  void onlyParametersCanBePatched(String path) {
    assertThatThrownBy(() -> Patch.parameterOf(path))
        .hasMessageContaining("only parameters can, like /parameters/port");
  }

  @Test
  void aPathMayHaveEscapes() {
    assertThat(Patch.parameterOf("/parameters/a~1b~0c")).isEqualTo("a/b~c");
    assertThat(new Patch(Patch.Op.REMOVE, "a/b~c", null).path()).isEqualTo("/parameters/a~1b~0c");
  }

  private void layer(
      LayerKind kind,
      @org.jspecify.annotations.Nullable String version,
      Map<String, String> values) {
    layers.add(
        new Layer(
            kind,
            kind.word(),
            version == null
                ? Map.of()
                : Map.of(APP, new Layer.Choice(Digest.ofText(version), version, "", ALICE)),
            values.isEmpty() ? Map.of() : Map.of(APP, values),
            Map.of(),
            ALICE));
    layers.sort(java.util.Comparator.comparing(Layer::kind));
  }

  private void override(Selector selector, Patch... patches) {
    SyncPolicy before =
        policies.isEmpty() ? new SyncPolicy(Selector.ALL, List.of()) : policies.removeFirst();
    List<SyncPolicy.Override> all = new ArrayList<>(before.overrides());
    all.add(new SyncPolicy.Override(selector, List.of(patches)));
    policies.addFirst(new SyncPolicy(Selector.ALL, all));
  }

  private static Patch patch(
      String op, String path, @org.jspecify.annotations.Nullable String value) {
    return new Patch(Patch.Op.of(op), Patch.parameterOf(path), value);
  }

  private static Patch from(String op, String path, String from) {
    return new Patch(Patch.Op.of(op), Patch.parameterOf(path), null, Patch.parameterOf(from));
  }

  private static Selector labels(String key, String value) {
    return new Selector(Map.of(key, value), List.of());
  }

  private static Expression expression(String key, Operator operator, String... values) {
    return new Expression(key, operator, List.of(values));
  }

  private Resolved resolve() {
    return Layering.of(
        new SlotSettings(
            PLACE,
            layers,
            policies.isEmpty()
                ? Map.of()
                : Map.of(
                    APP, new Policies("application retail/embedding", policies, Map.of(), ALICE))));
  }

  private Resolved.Trail trail(String name) {
    return Objects.requireNonNull(resolve().applications().getFirst().parameters().get(name));
  }

  private Map<String, String> values() {
    return resolve().applications().getFirst().values();
  }
}
