package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.hub.sqlite.SqliteViews;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rollouts in files, against a real hub.
@Tag("slow")
class RolloutObjectsTest {
  private static final String FLEET =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Fleet
      metadata: {name: retail}
      """;
  private static final String ROLLOUT =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Rollout
      metadata: {name: spring}
      spec:
        fleet: retail
        release: people-embedding@1.0.0
        waves:
          - {name: canary, devices: 1, soak: 30m, healthy: 100}
          - {name: early, percent: 10}
        deadline: 14d
      """;

  private static final String HERE = ROLLOUT.replace("retail", Scene.FLEET.text());

  @TempDir Path folder;
  @TempDir Path data;
  @TempDir Path another;
  @TempDir Path publisher;
  private final Cli cli = new Cli();
  private HubAlone hub;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    hub = new HubAlone(data);
    ReleaseFolder release = new ReleaseFolder(publisher).withKeys(cli);
    hub.run(cli, "keys", "trust", release.text("publisher.root.json"));
    release.sign(cli);
    assertThat(hub.run(cli, "release", "push", release.envelope().toString()).exit()).isZero();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  /// A rollout to nobody is over at once.
  private void aDeviceJoins() throws IOException, InterruptedException {
    hub.close();
    try (HubStore store = SqliteHubStore.open(another.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store));
      scene.command(new AdminCommand.PushRelease(Scene.release("people-embedding", "1.0.0")));
      scene.joined("counter");
    }
    hub = new HubAlone(another);
  }

  @Test
  void aRolloutBeginsWhenItIsAppliedAndOnlyOnce() throws IOException {
    write("a.yaml", FLEET + "---\n" + ROLLOUT);

    Cli.Said tried = apply("--dry-run");
    assertThat(tried.exit()).describedAs(tried.err()).isZero();
    assertThat(tried.out())
        .contains("rollout spring created")
        .contains("rollout spring would begin: people-embedding@1.0.0 in fleet retail, 0 devices")
        .contains("  wave canary: 0 devices at 0 sites");
    assertThat(hub.run(cli, "rollout", "list").out()).doesNotContain("spring");

    assertThat(apply().out().lines())
        .containsExactly("fleet retail created", "rollout spring created");
    assertThat(apply().out().lines())
        .containsExactly("fleet retail unchanged", "rollout spring unchanged");
    assertThat(hub.run(cli, "diff", "-f", folder.toString()).exit()).isZero();

    assertThat(hub.run(cli, "get", "rollout", "spring").out()).startsWith("r1 spring  people-emb");
    assertThat(hub.run(cli, "rollout", "show", "r1", "--json").out())
        .contains("\"name\":\"spring\"", "\"generation\":1", "a.yaml:5\"");
    Cli.Said near = hub.run(cli, "get", "rollout", "sprint");
    assertThat(near.exit()).isEqualTo(4);
    assertThat(near.err()).contains("spring");
  }

  @Test
  void whatIsUnderWayIsNotChangedAndWhatIsOverBeginsAgain() throws Exception {
    aDeviceJoins();
    write("b.yaml", HERE);
    assertThat(apply().exit()).isZero();

    write("b.yaml", HERE.replace("percent: 10", "percent: 20"));
    Cli.Said refused = apply();
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("rollout spring is")
        .contains("waves[1]")
        .contains("tombolo rollout abort spring");

    assertThat(hub.run(cli, "rollout", "abort", "spring").exit()).isZero();
    write("b.yaml", HERE);
    assertThat(apply().out()).contains("rollout spring unchanged");
    write("b.yaml", HERE.replace("percent: 10", "percent: 20"));
    Cli.Said diff = hub.run(cli, "diff", "-f", folder.toString());
    assertThat(diff.out())
        .contains("rollout spring changed (generation 1 -> 2)")
        .contains("  waves[1]: early=10%, healthy 95 -> early=20%, healthy 95");
    assertThat(apply().out()).contains("rollout spring changed");
    assertThat(hub.run(cli, "get", "rollout", "spring").out()).startsWith("r2 spring");
  }

  @Test
  void aDryRunCountsWavesByTheLabelsThatItsFilesGive() throws Exception {
    aDeviceJoins();
    write(
        "a.yaml",
        """
        apiVersion: tombolo.io/v1alpha1
        kind: DeviceSlot
        metadata: {name: %s, labels: {tier: pilot}}
        spec: {site: %s}
        """
                .formatted(Scene.SLOT.slot(), Scene.SLOT.site())
            + "---\n"
            + HERE.replace("devices: 1", "labels: {tier: pilot}"));

    assertThat(apply("--dry-run").out()).contains("  wave canary: 1 device at 1 site");
    assertThat(hub.run(cli, "diff", "-f", folder.toString()).out())
        .contains("  wave canary: 1 device at 1 site");
  }

  @Test
  void mistakesAreToldWithTheirLine() throws IOException {
    write("a.yaml", FLEET);
    write("b.yaml", ROLLOUT.replace("percent:", "precent:"));
    assertThat(apply().err())
        .contains("b.yaml line 9: spec.waves[1].precent: unknown field; did you mean 'percent'?");

    write("b.yaml", ROLLOUT.replace("devices: 1, ", ""));
    assertThat(apply().err()).contains("b.yaml line 8", "put it last");

    write("b.yaml", ROLLOUT.replace("name: spring", "name: r7"));
    assertThat(apply().err()).contains("give another name");

    write("b.yaml", ROLLOUT.replace("1.0.0", "1.0.1"));
    assertThat(apply().err()).contains("people-embedding@1.0.1", "people-embedding@1.0.0");
  }

  @Test
  void previewNamesTheCanariesThatTheRolloutHas() throws Exception {
    List<SlotRef> slots = manyDevicesJoin();
    // The first one decides nothing any more of who is in the second.
    assertThat(begin("canary=2").exit()).isZero();
    assertThat(hub.run(cli, "rollout", "abort", "r1").exit()).isZero();

    String shown = roll("preview", "canary=5", "--json").out();
    assertThat(begin("canary=5").out()).contains("r2");
    untilRolling("r2");

    Set<String> canaries = new TreeSet<>();
    try (SqliteViews views = SqliteViews.open(another.resolve("hub.db"))) {
      for (SlotRef slot : slots) {
        if (views.rollouts().standings(slot, 0).getFirst().wave() == 0) {
          canaries.add(slot.toString());
        }
      }
    }
    assertThat(canaries).hasSize(5);
    assertThat(shown).contains("\"first\":[\"" + String.join("\",\"", canaries) + "\"]");
  }

  @Test
  void slotsThatAreNotThereAndScopesWithNobodyAreRefused() throws Exception {
    manyDevicesJoin();

    for (String command : List.of("create", "preview")) {
      Cli.Said typo = roll(command, "typo=store-3/counter-2");
      assertThat(typo.exit()).isEqualTo(4);
      assertThat(typo.err()).contains("store-3/counter-2", "store-3/counter-1");
    }
    Cli.Said nobody = roll("create", "canary=1", "--label", "region=nrth");
    assertThat(nobody.exit()).isEqualTo(1);
    assertThat(nobody.err())
        .contains("no device is in it", "did you mean region=north?", "--even-if-nobody");
    assertThat(roll("preview", "canary=1", "--label", "region=nrth").out())
        .contains("No device is in its scope");
    Cli.Said anyway =
        roll("create", "canary=1", "--label", "region=nrth", "--even-if-nobody", "--json");
    assertThat(anyway.exit()).isZero();
    assertThat(anyway.out())
        .contains("\"warnings\":[\"scope ")
        .contains("no device is in it; did you mean region=north?\"]");
    Cli.Said told = roll("create", "canary=1", "--label", "region=nrth", "--even-if-nobody");
    assertThat(told.exit()).isZero();
    assertThat(told.err())
        .contains("warning: scope ", ": no device is in it; did you mean region=north?");

    write("a.yaml", HERE.replace("percent: 10", "slots: [store-3/counter-2]"));
    Cli.Said typo = apply();
    assertThat(typo.exit()).isEqualTo(4);
    assertThat(typo.err())
        .contains("a.yaml line 1: rollout spring: There is no slot 'store-3/counter-2'")
        .contains("store-3/counter-1");

    write("a.yaml", HERE + "  labels: {region: soth}\n");
    Cli.Said applied = apply();
    assertThat(applied.exit()).describedAs(applied.err()).isZero();
    assertThat(applied.err())
        .contains("warning: rollout spring: no device is in it; did you mean region=south?");
  }

  /// Whoever says so most likely means that this wave waits.
  @Test
  void aGateOfTheLastWaveIsWarnedOf() throws Exception {
    manyDevicesJoin();

    Cli.Said last = roll("create", "canary=1", "--wave", "late=rest,approval");
    assertThat(last.exit()).describedAs(last.err()).isZero();
    assertThat(last.err())
        .contains(
            "warning: wave late is the last, so its gate (healthy 95, approval) holds up nobody;"
                + " to hold up this wave give it to the wave before it, canary");

    Cli.Said first = roll("create", "canary=1,approval");
    assertThat(first.err()).doesNotContain("warning");
  }

  @Test
  void devicesAreNamedByTheirSiteAndSlotToo() throws Exception {
    manyDevicesJoin();

    Cli.Said shown = roll("preview", "all=100%", "--label", "tombolo.io/slot=counter-1");
    assertThat(shown.out()).doesNotContain("No device is in its scope");
    Cli.Said one = roll("preview", "one=@tombolo.io/site=store-3", "--json");
    assertThat(one.out()).contains("\"first\":[\"store-3/");
    Cli.Said typo = roll("create", "canary=1", "--label", "tombolo.io/slot=conter-1");
    assertThat(typo.err()).contains("did you mean tombolo.io/slot=counter-1?");
    assertThat(roll("create", "canary=1", "--label", "tombolo.io/slot=counter-1").exit()).isZero();
  }

  @Test
  void aDeadlineIsReckonedByTheHubAndSaidAsATime() throws Exception {
    manyDevicesJoin();
    long before = System.currentTimeMillis();

    Cli.Said over = roll("create", "canary=1", "--deadline", "2020-02-01T00:00:00Z");
    assertThat(over.err())
        .contains("2020-02-01T00:00:00Z", "it is over already: the hub's clock says 20");
    assertThat(roll("create", "canary=1", "--deadline", "14d").exit()).isZero();

    try (SqliteViews views = SqliteViews.open(another.resolve("hub.db"))) {
      Long deadline =
          views
              .rollouts()
              .rollouts(Optional.empty(), 1)
              .getFirst()
              .record()
              .plan()
              .deadlineMillis();
      assertThat(deadline)
          .isBetween(
              before + Duration.ofDays(14).toMillis(),
              System.currentTimeMillis() + Duration.ofDays(14).toMillis());
    }
  }

  @Test
  void aYesMustNameItsWaveWhileMoreThanOneIsLeft() throws Exception {
    manyDevicesJoin();
    assertThat(roll("create", "canary=1", "--wave", "early=2").exit()).isZero();
    untilRolling("r1");

    Cli.Said unnamed = hub.run(cli, "rollout", "approve", "r1", "--anyway");
    assertThat(unnamed.exit()).isNotZero();
    assertThat(unnamed.err()).contains("the next is early (--wave early)");
    assertThat(approve("early").exit()).isZero();
    Cli.Said again = approve("early");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.err()).contains("it is open already; the next is rest");
    assertThat(hub.run(cli, "rollout", "approve", "r1").exit()).isZero();
  }

  @Test
  void whoWatchesHearsOfEachChangeInALineOfJsonAndOfTheEndByTheExitCode() throws Exception {
    manyDevicesJoin();
    assertThat(roll("create", "canary=1").exit()).isZero();
    untilRolling("r1");

    FutureTask<Cli.Said> watching =
        new FutureTask<>(() -> hub.run(new Cli(), "rollout", "watch", "r1", "--json"));
    Thread.ofVirtual().start(watching);
    assertThat(hub.run(cli, "rollout", "abort", "r1", "--why", "wrong model").exit()).isZero();
    Cli.Said said = watching.get(5, TimeUnit.MINUTES);

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).isEmpty();
    assertThat(said.out().lines())
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line).startsWith("{\"id\":\"r1\"").contains("\"state\":").endsWith("}"))
        .last()
        .asString()
        .contains("\"state\":\"aborted\"", "wrong model");
  }

  @Test
  void previewNamesTheThreeSitesThatLoadMostAndSaysHowManyMoreThereAre() throws Exception {
    manyDevicesJoin();

    assertThat(roll("preview", "canary=1").out())
        .containsPattern(
            "Most goes to store-[0-9] [^,]*, store-[0-9] [^,]*, store-[0-9] .* and 7 more"
                + " sites\\.");
    assertThat(hub.run(cli, "rollout", "preview", "--help").out())
        .contains("with --sites or --json the 1,000 that load most");
  }

  /// It has the files of the one that it is to go back to, and still has to switch, in a window.
  @Test
  void whoKeepsTheReleaseToFallBackOnDoesNotHaveItYet() throws Exception {
    hub.close();
    try (HubStore store = SqliteHubStore.open(another.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store));
      Digest first = scene.assign("people-embedding", "1.0.0");
      Digest second = scene.assign("people-embedding", "2.0.0");
      SiteTimes times =
          new SiteTimes(List.of(), List.of(Weekly.parse("Mon 02:00-02:01")), List.of(), List.of());
      scene.apply(
          new AdminObject.Site(
              Scene.SITE, Scene.FLEET, "", Map.of(), "UTC", "", "", Map.of(), times));
      EnrolResponse counter = scene.joined("counter");
      SessionId line = scene.connected(counter, scene.birth("boot-1", 1));
      ReportBody.State state =
          new ReportBody.State(
              null,
              0,
              List.of(
                  new ApplicationStatus(
                      new Name("people-embedding"),
                      ApplicationStatus.Phase.LIVE,
                      second,
                      "2.0.0",
                      second,
                      "2.0.0",
                      first,
                      0,
                      0,
                      0,
                      0,
                      List.of())),
              List.of(),
              Map.of());
      scene.tell(
          new HubEvent.ReportSaid(
              line, counter.device(), scene.report(new Report.Row(1, "boot-1", 0, 1, state)), 1));
    }
    hub = new HubAlone(another);

    Cli.Said back = roll("preview", "canary=1");
    assertThat(back.out())
        .containsPattern("canary +1 +1 +0 +0 B")
        .contains("1 device at 1 site, 0 B over all lines.")
        .contains("1 device keeps its files from before: it loads nothing and only switches.")
        .doesNotContain("after 0s", "Most goes to", "No bundle for it");
    List<String> again = new ArrayList<>(List.of("rollout", "preview", "people-embedding@2.0.0"));
    again.addAll(List.of("--fleet", Scene.FLEET.text(), "--wave", "canary=1"));
    assertThat(hub.run(cli, again.toArray(new String[0])).out())
        .containsPattern("canary +1 +1 +1 +0 B")
        .contains("after 0s");
  }

  @Test
  void previewOfAFleetOrASiteThatIsNotThereIsRefusedWithTheNearOne() throws Exception {
    manyDevicesJoin();

    Cli.Said fleet =
        hub.run(cli, "rollout", "preview", "people-embedding@1.0.0", "--fleet", "prodution");
    assertThat(fleet.exit()).isEqualTo(4);
    assertThat(fleet.err()).contains("no fleet 'prodution'", Scene.FLEET.text());
    Cli.Said site = roll("preview", "canary=1", "--site", "stor-3");
    assertThat(site.exit()).isEqualTo(4);
    assertThat(site.err()).contains("no site 'stor-3'", "store-3");
    Cli.Said listed = roll("preview", "canary=stor-3/till");
    assertThat(listed.exit()).isEqualTo(4);
    assertThat(listed.err()).contains("no site 'stor-3'", "store-3");
    Cli.Said release =
        hub.run(cli, "rollout", "preview", "people-embeding@1.0.0", "--fleet", "production");
    assertThat(release.exit()).isEqualTo(4);
    assertThat(release.err()).contains("people-embedding@1.0.0");

    write("b.yaml", FLEET);
    assertThat(apply().exit()).isZero();
    Cli.Said elsewhere =
        hub.run(
            cli,
            "rollout",
            "preview",
            "people-embedding@1.0.0",
            "--fleet",
            "retail",
            "--site",
            "store-3");
    assertThat(elsewhere.exit()).isNotZero();
    assertThat(elsewhere.err()).contains("store-3", "it belongs to fleet production");
  }

  @Test
  void previewNamesWavesThatWaitForAYesAndAllSitesWhenAsked() throws Exception {
    manyDevicesJoin();

    Cli.Said said = roll("preview", "canary=1,approval", "--wave", "early=2", "--sites");
    assertThat(said.out())
        .contains("Wave early waits for a yes; that time is not counted.\n")
        .doesNotContain("Most goes to");
    assertThat(said.out().lines()).filteredOn(line -> line.startsWith("  store-")).hasSize(10);
    assertThat(roll("preview", "canary=1,approval", "--wave", "early=2", "--json").out())
        .contains("\"waitForYes\":[\"early\"]");
  }

  private void untilRolling(String rollout) {
    long deadline = System.nanoTime() + 300_000_000_000L;
    while (!hub.run(cli, "rollout", "show", rollout, "--json")
        .out()
        .contains("\"state\":\"rolling\"")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Cli.Said approve(String wave) {
    return hub.run(cli, "rollout", "approve", "r1", "--anyway", "--wave", wave);
  }

  private Cli.Said begin(String wave) {
    return roll("create", wave);
  }

  private Cli.Said roll(String command, String wave, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of("rollout", command, "people-embedding@1.0.0", "--fleet", Scene.FLEET.text()));
    args.addAll(List.of("--wave", wave));
    args.addAll(List.of(more));
    return hub.run(cli, args.toArray(new String[0]));
  }

  /// At ten sites, in the north and in the south.
  private List<SlotRef> manyDevicesJoin() throws IOException, InterruptedException {
    hub.close();
    List<SlotRef> slots = new ArrayList<>();
    try (HubStore store = SqliteHubStore.open(another.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store));
      scene.command(new AdminCommand.PushRelease(Scene.release("people-embedding", "1.0.0")));
      for (int i = 0; i < 20; i++) {
        Name site = new Name("store-" + i / 2);
        SlotRef slot = new SlotRef(site, new Name(i % 2 == 0 ? "counter-1" : "till"));
        Map<String, String> labels = Map.of("region", i < 10 ? "north" : "south");
        scene.apply(
            new AdminObject.Site(site, Scene.FLEET, "", labels, "Europe/Berlin", "", "", Map.of()),
            Scene.slot(slot));
        scene.enrol(scene.token(Optional.empty(), Optional.of(slot), 1), "device " + i);
        slots.add(slot);
      }
    }
    hub = new HubAlone(another);
    return slots;
  }

  @Test
  void pruneLeavesRolloutsAlone() throws IOException {
    write("a.yaml", FLEET);
    write("b.yaml", ROLLOUT);
    assertThat(apply().exit()).isZero();
    Files.delete(folder.resolve("b.yaml"));

    assertThat(apply("--prune", "--fleet", "retail").out().lines())
        .containsExactly("fleet retail unchanged");
    Cli.Said asked = apply("--prune", "--fleet", "retail", "--kind", "Rollout");
    assertThat(asked.exit()).isEqualTo(2);
    assertThat(asked.err()).contains("never pruned", "rollout abort");
  }

  @Test
  void aProtectedFleetWantsItsName() throws IOException {
    write("a.yaml", FLEET + "spec: {protected: true}\n");
    assertThat(apply().exit()).isZero();
    write("b.yaml", ROLLOUT);

    assertThat(apply().err()).contains("retail");
    assertThat(apply("--dry-run").err()).contains("fleet retail is protected");
    assertThat(apply("--yes-really", "retail").out()).contains("rollout spring created");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private Cli.Said apply(String... more) {
    String[] args = new String[3 + more.length];
    args[0] = "apply";
    args[1] = "-f";
    args[2] = folder.toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return hub.run(cli, args);
  }
}
