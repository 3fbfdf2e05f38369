package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `apply`, `diff` and `explain` with folders, overrides, templates and pruning, against a real
/// hub.
class LayersCommandsTest {
  private static final String FLEET =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Fleet
      metadata: {name: retail}
      spec:
        parameters:
          people-embedding: {port: 9000}
      """;
  private static final String SHOPS =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Site
      metadata: {name: store-117, labels: {size: small}}
      spec: {fleet: retail, timeZone: Europe/Berlin}
      ---
      apiVersion: tombolo.io/v1alpha1
      kind: Device
      metadata: {name: counter-1}
      spec: {site: store-117}
      ---
      apiVersion: tombolo.io/v1alpha1
      kind: Site
      metadata: {name: store-118, labels: {size: large}}
      spec: {fleet: retail, timeZone: Europe/Berlin}
      ---
      apiVersion: tombolo.io/v1alpha1
      kind: Device
      metadata: {name: counter-1}
      spec: {site: store-118}
      """;
  private static final String APPLICATION =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Application
      metadata: {name: people-embedding}
      spec:
        release: "1.0.0"
        syncPolicies:
          - destination: {fleet: retail, clusterSelector: {matchLabels: {size: small}}}
            overrides:
              - selector: {matchExpressions: [{key: size, operator: In, values: [small]}]}
                patches:
                  - {op: replace, path: /parameters/port, value: 9117}
      """;

  @TempDir Path folder;
  @TempDir Path data;
  private final Cli cli = new Cli();
  private HubAlone hub;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    hub = new HubAlone(data);
    write("fleet.yaml", FLEET);
    write("shops/north.yml", SHOPS);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void aFolderIsAppliedWithAllThatIsBelow() throws IOException {
    write(".hidden/no.yaml", "nonsense");

    Cli.Said said = apply();

    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out().lines())
        .containsExactly(
            "fleet retail created",
            "site store-117 created",
            "site store-118 created",
            "slot store-117/counter-1 created",
            "slot store-118/counter-1 created");
  }

  @Test
  void standardInputIsAppliedAsAFileIs() {
    Cli.Said said = applied(FLEET + "---\n" + SHOPS);
    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out().lines())
        .startsWith("fleet retail created", "site store-117 created")
        .hasSize(5);

    Cli.Said wrong = applied(FLEET + "---\n" + SHOPS.replace("timeZone", "timeZoen"));
    assertThat(wrong.exit()).isEqualTo(1);
    assertThat(wrong.err())
        .containsPattern(
            "^error: standard input line [0-9]+: spec\\.timeZone: missing; line [0-9]+ has")
        .contains("'timeZoen'");
    Cli.Said unknown = applied(FLEET.replace("metadata", "colour: red\nmetadata"));
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err()).startsWith("error: standard input line 3: colour: unknown field");
    assertThat(applied("").err()).isEqualTo("error: standard input: the file is empty\n");
    assertThat(applied(FLEET + "---\n" + SHOPS).out()).contains("fleet retail unchanged");
  }

  /// `apply -f -`.
  private Cli.Said applied(String text) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    try {
      return hub.run(cli, "apply", "-f", "-");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void aSlotTellsHowFarItIsAndWhoChangedItLast() throws IOException {
    apply();

    Cli.Said said = hub.run(cli, "get", "slot", "store-117/counter-1");
    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out())
        .contains("slot          store-117/counter-1", "fleet         retail")
        .contains("status        empty; why: tombolo why store-117/counter-1")
        .contains("generation    1\n")
        .containsPattern("changed       .* by user:");

    write("shops/north.yml", SHOPS.replace("name: counter-1", "name: counter-1, labels: {a: b}"));
    apply();
    assertThat(hub.run(cli, "get", "slots", "store-117/counter-1", "--json").out())
        .contains("\"generation\":2,\"observedGeneration\":2")
        .contains("\"labels\":{\"a\":\"b\"}", "\"counts\":{\"total\":0");
    Cli.Said other = hub.run(cli, "get", "slot", "store-117/counter-2");
    assertThat(other.exit()).isEqualTo(4);
    assertThat(other.err())
        .contains("There is no slot 'store-117/counter-2'; did you mean store-117/counter-1?");
  }

  @Test
  void diffEndsWithZeroOneOrMore() throws IOException {
    assertThat(diff().exit()).isEqualTo(1);
    apply();

    Cli.Said same = diff();
    assertThat(same.exit()).describedAs(same.err()).isZero();
    assertThat(same.out()).contains("objects: 5 unchanged");

    write("fleet.yaml", FLEET.replace("9000", "9001"));
    Cli.Said changed = diff();
    assertThat(changed.exit()).isEqualTo(1);
    assertThat(changed.out())
        .contains("fleet retail changed (generation 1 -> 2)")
        .contains("  parameters.people-embedding.port: 9000 -> 9001")
        .contains("objects: 1 changed, 4 unchanged")
        .contains("devices: 0 of 0 in reach");
    assertThat(diff().out()).isEqualTo(changed.out());

    write("fleet.yaml", FLEET.replace("metadata", "metdata"));
    Cli.Said wrong = diff();
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).contains("fleet.yaml line 1: metadata: missing; line 3 has 'metdata'");
  }

  @Test
  void explainTellsLayerObjectLineAndPerson() throws IOException {
    pushRelease();
    apply();
    write("application.yaml", APPLICATION);
    Cli.Said applied = apply();
    assertThat(applied.exit()).describedAs(applied.err()).isZero();

    Cli.Said said =
        hub.run(cli, "explain", "store-117/counter-1", "people-embedding.parameters.port");
    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out().lines().skip(4).map(line -> line.replaceAll(" +", " ")))
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .contains("people-embedding.parameters.port override 9117")
                    .contains("application retail/people-embedding user:admin")
                    .endsWith("application.yaml:11"),
            second ->
                assertThat(second)
                    .contains("overrides fleet 9000 fleet retail user:admin")
                    .endsWith("fleet.yaml:6"));

    assertThat(hub.run(cli, "explain", "store-117/counter-1", "--json").out())
        .contains("\"path\":\"people-embedding.release\",\"value\":\"1.0.0\"")
        .contains("\"layer\":\"override\"")
        .contains("\"where\":\"spec.syncPolicies[0].overrides[0].patches[0]\"");
    // The large shop is not where it goes.
    assertThat(hub.run(cli, "explain", "store-118/counter-1").out())
        .contains("no application is selected");
  }

  @Test
  void explainTellsWhoseRulesOfTheLineHoldAndATransferIsPausedAndResumed() throws IOException {
    write("fleet.yaml", FLEET + "  line: {bandwidth: [{limit: 5Mbit/s}]}\n");
    write(
        "shops/north.yml",
        SHOPS.replaceFirst(
            "Europe/Berlin}",
            "Europe/Berlin, line: {bandwidth: [{hours: '08:00-20:00', limit: 2Mbit/s}]}}"));
    Cli.Said applied = apply();
    assertThat(applied.exit()).describedAs(applied.err()).isZero();

    assertThat(hub.run(cli, "explain", "store-117/counter-1", "line.bandwidth").out())
        .contains("line.bandwidth", "site", "08:00-20:00 2Mbit/s", "north.yml:4")
        .contains("overrides", "fleet retail", "00:00-24:00 5Mbit/s");
    assertThat(hub.run(cli, "explain", "store-118/counter-1", "line.bandwidth").out())
        .contains("fleet retail")
        .doesNotContain("2Mbit/s");
    assertThat(hub.run(cli, "get", "sites", "--json").out()).contains("\"limit\":\"2Mbit/s\"");

    assertThat(hub.run(cli, "transfer", "pause", "--site", "store-117", "--why", "tills").out())
        .contains("site store-117 downloads paused");
    assertThat(hub.run(cli, "transfer", "pause", "store-118/counter-1", "--why", "x").out())
        .contains("slot store-118/counter-1 downloads paused");
    assertThat(hub.run(cli, "transfer", "paused").out())
        .contains("store-117", "(all)", "tills", "store-118", "counter-1");
    assertThat(hub.run(cli, "transfer", "paused", "--json").out()).contains("\"why\":\"tills\"");
    Cli.Said wrong = hub.run(cli, "transfer", "resume", "store-117/counter-1");
    assertThat(wrong.exit()).isNotZero();
    assertThat(wrong.err()).contains("resume site store-117");
    assertThat(hub.run(cli, "transfer", "resume", "--site", "store-117").out())
        .contains("site store-117 downloads resumed");
    assertThat(hub.run(cli, "audit", "list").out()).contains("transfer-pause", "transfer-resume");
    assertThat(hub.run(cli, "transfer", "pause", "--why", "x").err())
        .contains("say one of SITE/SLOT and --site SITE");
  }

  @Test
  void explainTellsTheReleasesDefaultWhereNobodyGivesAValue() throws IOException {
    pushRelease();
    write("fleet.yaml", FLEET.substring(0, FLEET.indexOf("spec:")));
    write("application.yaml", APPLICATION.substring(0, APPLICATION.indexOf("      overrides:")));
    Cli.Said applied = apply();
    assertThat(applied.exit()).describedAs(applied.err()).isZero();

    Cli.Said said = hub.run(cli, "explain", "store-117/counter-1", "people-embedding.port");
    assertThat(said.exit()).describedAs(said.err()).isZero();
    assertThat(said.out().replaceAll(" +", " "))
        .contains(
            "people-embedding.parameters.port release default 9000"
                + " release people-embedding@1.0.0");

    Cli.Said other = hub.run(cli, "explain", "store-117/counter-1", "nothing-like-it");
    assertThat(other.exit()).isEqualTo(4);
    assertThat(other.err()).contains("people-embedding.release, people-embedding.parameters.port");
  }

  @Test
  void aSiteTakesItsFleetsFreezeDatesBackWithAnEmptyList() throws IOException {
    write("fleet.yaml", FLEET + "  freezeDates: [2026-12-24]\n  openingHours: [08:00-20:00]\n");
    assertThat(apply().exit()).isZero();
    write(
        "shops/north.yml",
        SHOPS.replaceFirst(
            "timeZone: Europe/Berlin}", "timeZone: Europe/Berlin, freezeDates: []}"));

    Cli.Said diff = diff();
    assertThat(diff.out())
        .contains("site store-117 changed", "  freezeDates: none (new)")
        .contains("devices: 0 of 0 in reach");
    assertThat(apply().exit()).isZero();
    assertThat(diff().exit()).isZero();

    Cli.Said there = hub.run(cli, "explain", "store-117/counter-1", "freezeDates");
    assertThat(there.out().replaceAll(" +", " "))
        .contains(
            "freezeDates site none site store-117", "overrides fleet 2026-12-24 fleet retail");
    assertThat(hub.run(cli, "explain", "store-117/counter-1", "openingHours").out())
        .contains("08:00-20:00");
    assertThat(hub.run(cli, "explain", "store-118/counter-1", "freezeDates").out())
        .doesNotContain("none");
    assertThat(hub.run(cli, "get", "site", "store-117").out())
        .contains("08:00-20:00")
        .doesNotContain("2026-12-24");
  }

  @Test
  void aFileWithCommentsOnlyIsNothing() throws IOException {
    write("about.yaml", "# what lies here\n");

    assertThat(apply().exit()).isZero();

    Files.delete(folder.resolve("fleet.yaml"));
    Files.delete(folder.resolve("shops/north.yml"));
    Cli.Said nothing = apply();
    assertThat(nothing.exit()).isEqualTo(1);
    assertThat(nothing.err()).contains("there is no object in ");
  }

  @Test
  void whatWouldDriveATerminalIsRefusedAtItsLine() throws IOException {
    write(
        "fleet.yaml",
        FLEET.replace("{name: retail}", "{name: retail, displayName: \"a\\u202Eb\"}"));
    assertThat(apply().err())
        .contains("fleet.yaml line 3: metadata.displayName: 'a b': leave out")
        .doesNotContain("\u202e");

    write("fleet.yaml", FLEET.replace("9000", "\"90\\n00\""));
    assertThat(apply().err())
        .contains("fleet.yaml line 6: spec.parameters.people-embedding.port: '90 00': leave out");

    write(
        "fleet.yaml", FLEET.replace("{name: retail}", "{name: retail, labels: {a: \"\\u2066\"}}"));
    assertThat(apply().err()).contains("fleet.yaml line 3: metadata.labels.a:");
  }

  @Test
  void whatTheHubRefusesIsToldWithItsObjectAndLine() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 33; i++) {
      many.append(i == 0 ? "" : ", ").append("l").append(i).append(": x");
    }
    write(
        "shops/long.yaml", SHOPS.replace("store-11", "store-12").replace("large", "x".repeat(300)));

    assertThat(apply().err()).contains("long.yaml line 11: site store-128: metadata.labels: 'xxx");
    write("shops/long.yaml", SHOPS.replace("store-11", "store-12").replace("size: large", many));
    assertThat(apply().err()).contains("long.yaml line 11: site store-128: ");
  }

  @Test
  void explainNamesWhatWasMeant() throws IOException {
    pushRelease();
    write("application.yaml", APPLICATION);
    apply();

    Cli.Said path = hub.run(cli, "explain", "store-117/counter-1", "people-embedding.relaese");
    assertThat(path.exit()).isEqualTo(4);
    assertThat(path.err()).contains("people-embedding.release");
    Cli.Said slot = hub.run(cli, "explain", "store-117/counter-2");
    assertThat(slot.exit()).isEqualTo(4);
    assertThat(slot.err()).contains("store-117/counter-1");
  }

  @Test
  void aPatchThatCannotBeDoneIsToldAtItsLine() throws IOException {
    pushRelease();
    write(
        "application.yaml",
        APPLICATION.replace("replace, path: /parameters/port", "replace, path: /parameters/prot"));

    Cli.Said said = apply();

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err())
        .contains("application.yaml line 11: ")
        .contains("'/parameters/prot' is not valid; no layer gives it a value there")
        .contains("(on 1 slot: store-117/counter-1)");
    assertThat(hub.run(cli, "get", "fleets").err()).contains("no fleet yet");
  }

  @Test
  void aValueIsCheckedAfterItsTemplateIsFilled() throws IOException {
    pushRelease();
    write("application.yaml", APPLICATION.replace("9117", "\"${site.name}\""));

    Cli.Said said = apply();

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err())
        .contains("application.yaml line 11: ")
        .contains("'store-117' is not valid; for people-embedding@1.0.0 it must be a whole number");
  }

  @Test
  void mistakesInPoliciesAreToldWithTheirLine() throws IOException {
    assertThat(mistake("op: replace", "op: mvoe"))
        .contains("application.yaml line 11: ")
        .contains("op: 'mvoe' is not one of add, replace, remove, move, copy, test")
        .contains("did you mean 'move'?");
    assertThat(mistake("op: replace", "op: move"))
        .contains("value: 'move' takes no value; leave it out");
    assertThat(
            mistake(
                "op: replace, path: /parameters/port, value: 9117",
                "op: copy, path: /parameters/port"))
        .contains("'copy' needs 'from': the parameter to take, like /parameters/port");
    assertThat(mistake("op: replace", "from: /parameters/a, op: add"))
        .contains("from: 'add' takes no 'from'; leave it out");
    assertThat(mistake("op: replace", "from: /release, op: move"))
        .contains("from: '/release' cannot be patched; only parameters can");
    assertThat(mistake("/parameters/port", "/release"))
        .contains("'/release' cannot be patched; only parameters can");
    assertThat(mistake("operator: In", "operator: in"))
        .contains("'in' is not one of In, NotIn, Exists, DoesNotExist; did you mean 'In'?");
    assertThat(mistake("patches:", "patchs:"))
        .contains("patchs: unknown field; did you mean 'patches'?");
    assertThat(mistake("clusterSelector", "clusterSelectr"))
        .contains("unknown field; did you mean 'clusterSelector'?");
    assertThat(mistake("9117", "\"${site.nmae}\""))
        .contains("'${site.nmae}' is not a variable; did you mean '${site.name}'?");
    assertThat(mistake("{fleet: retail, ", "{")).contains("destination.fleet: missing");
    assertThat(mistake("{fleet: retail, ", "{flet: retail, "))
        .contains("destination.flet: unknown field; did you mean 'fleet'?");
  }

  @Test
  void pruneRemovesWhatTheFilesLeaveOutAndSaysSoBefore() throws IOException {
    apply();
    write(
        "shops/north.yml",
        SHOPS.substring(0, SHOPS.lastIndexOf("---", SHOPS.lastIndexOf("---") - 1)));

    Cli.Said diff = diff("--prune", "--fleet", "retail");
    assertThat(diff.exit()).describedAs(diff.err()).isEqualTo(1);
    assertThat(diff.out())
        .contains("slot store-118/counter-1 removed")
        .contains("  labels.size: large (removed)")
        .contains("objects: 2 removed, 3 unchanged");
    assertThat(hub.run(cli, "get", "sites").out()).contains("store-118");

    Cli.Said pruned = apply("--prune", "--fleet", "retail");
    assertThat(pruned.exit()).describedAs(pruned.err()).isZero();
    assertThat(pruned.out()).contains("site store-118 removed");
    assertThat(hub.run(cli, "get", "sites").out()).doesNotContain("store-118");
  }

  @Test
  void pruneWantsToKnowTheFleet() throws IOException {
    apply();

    assertThat(apply("--prune").err()).contains("--fleet FLEET");
    assertThat(apply("--prune").exit()).isEqualTo(2);
    assertThat(apply("--prune", "--fleet", "retial").err()).contains("did you mean 'retail'?");
    assertThat(apply("--prune", "--fleet", "retail", "--kind", "Sit").err())
        .contains("did you mean 'Site'?");
    assertThat(apply("--fleet", "retail").err()).contains("give --prune, too");
    Cli.Said inUse = apply("--prune", "--fleet", "retail", "--kind", "Fleet");
    assertThat(inUse.exit()).isZero();
    Cli.Said byOtherName = apply("--prune", "--fleet", "retail", "--kind", "Device");
    assertThat(byOtherName.exit()).describedAs(byOtherName.err()).isZero();
  }

  @Test
  void anObjectInTwoFilesIsAMistake() throws IOException {
    write("again.yaml", FLEET);

    Cli.Said said = apply();

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("Fleet retail stands in").contains("again.yaml");
  }

  private String mistake(String part, String by) throws IOException {
    assertThat(APPLICATION).contains(part);
    write("application.yaml", APPLICATION.replace(part, by));
    Cli.Said said = apply();
    assertThat(said.exit()).isEqualTo(1);
    return said.err();
  }

  private Cli.Said apply(String... more) {
    return run("apply", more);
  }

  private Cli.Said diff(String... more) {
    return run("diff", more);
  }

  private Cli.Said run(String command, String... more) {
    List<String> all = new ArrayList<>(List.of(command, "-f", folder.toString()));
    all.addAll(List.of(more));
    return hub.run(cli, all.toArray(new String[0]));
  }

  private void pushRelease() throws IOException {
    ReleaseFolder release = new ReleaseFolder(data.resolve("release")).withKeys(cli);
    hub.run(cli, "keys", "trust", release.text("publisher.root.json"));
    release.sign(cli);
    assertThat(hub.run(cli, "release", "push", release.envelope().toString()).exit()).isZero();
  }

  private void write(String path, String content) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
