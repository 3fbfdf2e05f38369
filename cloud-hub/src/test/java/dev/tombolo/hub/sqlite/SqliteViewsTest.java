package dev.tombolo.hub.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.hub.audit.AuditVerify;
import dev.tombolo.hub.core.HubChange;
import dev.tombolo.hub.core.HubEvent;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Kept;
import dev.tombolo.hub.core.ReportRow;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.SessionId;
import dev.tombolo.hub.core.admin.AdminAnswer;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.core.admin.AdminObject;
import dev.tombolo.hub.core.view.Cursor;
import dev.tombolo.hub.core.view.HubViews;
import dev.tombolo.hub.core.view.Listed;
import dev.tombolo.hub.core.view.Overlay;
import dev.tombolo.hub.core.view.PageAsk;
import dev.tombolo.hub.core.view.RolloutViews;
import dev.tombolo.hub.core.view.Views;
import dev.tombolo.hub.desired.LineRules;
import dev.tombolo.hub.desired.Selector;
import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.SyncPolicy;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.device.PresenceRecord;
import dev.tombolo.hub.policy.DeviceCondition;
import dev.tombolo.hub.policy.Why;
import dev.tombolo.hub.rollout.AbortRule;
import dev.tombolo.hub.rollout.Budgets;
import dev.tombolo.hub.rollout.Gate;
import dev.tombolo.hub.rollout.Held;
import dev.tombolo.hub.rollout.LineRate;
import dev.tombolo.hub.rollout.Pick;
import dev.tombolo.hub.rollout.RolloutId;
import dev.tombolo.hub.rollout.RolloutPlan;
import dev.tombolo.hub.rollout.RolloutRecord;
import dev.tombolo.hub.rollout.RolloutState;
import dev.tombolo.hub.rollout.Scope;
import dev.tombolo.hub.rollout.Wave;
import dev.tombolo.protocol.enrol.EnrolResponse;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.ReleaseRef;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.Report;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.window.BitRate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteViewsTest {
  private static final Digest ASKED = Digest.ofText("asked about");

  @TempDir Path folder;
  private HubStore store;
  private HubViews views;
  private Scene scene;
  private EnrolResponse device;
  private SessionId line;
  private Digest release;

  @BeforeEach
  void live() {
    store = SqliteHubStore.open(folder.resolve("hub.db"));
    views = SqliteViews.open(folder.resolve("hub.db"));
    scene = Scene.ready(store);
    release = scene.assign("embedding", "1.0");
    device = scene.joined("counter");
    line = scene.connected(device, scene.birth("boot-1", 1));
  }

  @AfterEach
  void close() {
    views.close();
    store.close();
  }

  @Test
  void eachListTellsWhatIsThere() {
    assertThat(views.fleets(PageAsk.FIRST))
        .singleElement()
        .satisfies(
            fleet -> {
              assertThat(fleet.name()).isEqualTo(Scene.FLEET);
              assertThat(fleet.sites()).isEqualTo(1);
              assertThat(fleet.devices()).isEqualTo(1);
            });
    assertThat(views.sites(Optional.of(Scene.FLEET), PageAsk.FIRST)).hasSize(1);
    assertThat(views.sites(Optional.of(new Name("other")), PageAsk.FIRST)).isEmpty();
    assertThat(views.slots(Optional.empty(), Optional.of(Scene.SITE), PageAsk.FIRST))
        .singleElement()
        .satisfies(
            slot -> {
              assertThat(slot.holder()).isEqualTo(device.device());
              assertThat(views.slot(Scene.SLOT)).contains(slot);
            });
    assertThat(views.assignments(Optional.empty(), PageAsk.FIRST))
        .singleElement()
        .satisfies(assignment -> assertThat(assignment.release()).isEqualTo(release));
    assertThat(views.releases(PageAsk.FIRST))
        .singleElement()
        .satisfies(r -> assertThat(r.files()).isEqualTo(1));
    Views.ReleaseView newest = views.releases(PageAsk.FIRST).getFirst();
    assertThat(views.release(new ReleaseRef(newest.name(), newest.version()))).contains(newest);
    assertThat(views.release(new ReleaseRef(newest.name(), "0.0.0"))).isEmpty();
    assertThat(views.releaseEnvelope(release)).isPresent();
    assertThat(views.publisherRoots()).hasSize(1);
    assertThat(views.tokens(PageAsk.FIRST))
        .singleElement()
        .satisfies(token -> assertThat(token.used()).isEqualTo(1));
    assertThat(views.fleetOf(Scene.SLOT)).contains(Scene.FLEET);
    assertThat(views.users()).isEmpty();
    assertThat(views.holder(Scene.SLOT)).contains(device.device());
    assertThat(views.figures().devicesOnline()).isEqualTo(1);
  }

  @Test
  void aDeviceTellsWhatItHoldsAndWhetherItIsThere() {
    Views.DeviceView view = views.device(device.device()).orElseThrow();

    assertThat(view.standing()).isEqualTo(Standing.ACTIVE);
    assertThat(view.online()).isTrue();
    assertThat(view.revision()).isEqualTo(1);
    assertThat(view.heldRevision()).isEqualTo(1);
    assertThat(view.facts()).isEqualTo(Map.of("host", "counter"));
    assertThat(
            views.devices(
                Optional.of(Scene.FLEET), Optional.empty(), Optional.empty(), PageAsk.FIRST))
        .containsExactly(view);
    PageAsk behind =
        new PageAsk(Optional.of(Cursor.of(Scene.SITE, Scene.SLOT.slot(), device.device())), 10);
    assertThat(views.devices(Optional.empty(), Optional.empty(), Optional.empty(), behind))
        .isEmpty();
  }

  @Test
  void devicesAreCountedByHowFarTheyAre() {
    assertThat(counted()).isEqualTo(new Views.Counts(1, 0, 0, 0, 1));

    says(1, ApplicationStatus.Phase.PROBING, null);
    assertThat(counted()).isEqualTo(new Views.Counts(1, 0, 0, 0, 1));
    says(2, ApplicationStatus.Phase.LIVE, release);
    assertThat(counted()).isEqualTo(new Views.Counts(1, 1, 0, 0, 0));
    assertThat(views.running(Scene.FLEET, new Name("embedding"), PageAsk.FIRST))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it)
                  .isEqualTo(
                      new Views.RunningView(Scene.SLOT, true, "1.0", true, false, it.toldMillis()));
              assertThat(it.toldMillis()).isPositive().isLessThanOrEqualTo(scene.now);
            });
    long told =
        views.running(Scene.FLEET, new Name("embedding"), PageAsk.FIRST).getFirst().toldMillis();
    assertThat(runningBehind("counter-0")).hasSize(1);
    assertThat(runningBehind(Scene.SLOT.slot().text())).isEmpty();

    says(3, ApplicationStatus.Phase.ROLLED_BACK, null);
    assertThat(counted()).isEqualTo(new Views.Counts(1, 0, 1, 0, 0));
    says(4, ApplicationStatus.Phase.LIVE, release);
    scene.tell(new HubEvent.SessionClosed(line, device.device(), false, ""));
    assertThat(counted()).isEqualTo(new Views.Counts(1, 1, 0, 1, 0));

    // What it is to do now, it can only be told when it is back.
    scene.pass(Duration.ofMinutes(1));
    scene.assign("embedding", "2.0");
    Views.Counts waits = counted();
    assertThat(waits).isEqualTo(new Views.Counts(1, 0, 0, 1, 0));
    assertThat(waits.waiting()).isEqualTo(1);
    // Of when it was told last, though it is not current any more.
    assertThat(views.running(Scene.FLEET, new Name("embedding"), PageAsk.FIRST))
        .containsExactly(new Views.RunningView(Scene.SLOT, false, "1.0", false, false, told));
  }

  private List<Views.RunningView> runningBehind(String slot) {
    PageAsk page = new PageAsk(Optional.of(Cursor.of(Scene.SITE, slot)), 1);
    return views.running(Scene.FLEET, new Name("embedding"), page);
  }

  /// The same of the fleet, the site, the slot and the application.
  private Views.Counts counted() {
    Views.Counts fleet =
        views.fleetCounts(List.of(Scene.FLEET)).getOrDefault(Scene.FLEET, Views.Counts.NONE);
    assertThat(views.siteCounts(List.of(Scene.SITE))).isEqualTo(Map.of(Scene.SITE, fleet));
    assertThat(views.slotCounts(Scene.SLOT)).isEqualTo(fleet);
    assertThat(views.applicationCounts(List.of(Scene.FLEET)))
        .isEqualTo(Map.of(Scene.FLEET + "/embedding", fleet));
    return fleet;
  }

  private void says(long sequence, ApplicationStatus.Phase phase, @Nullable Digest live) {
    Digest manifest = views.condition(device.device(), 0).orElseThrow().manifest();
    ApplicationStatus status =
        new ApplicationStatus(
            new Name("embedding"),
            phase,
            live == null ? release : live,
            "1.0",
            live,
            live == null ? null : "1.0",
            null,
            1,
            0,
            0,
            0,
            List.of());
    scene.tell(
        new HubEvent.ReportSaid(
            line,
            device.device(),
            scene.report(
                new Report.Row(
                    sequence,
                    "boot-1",
                    5,
                    1,
                    new ReportBody.State(manifest, 1, List.of(status), List.of(), Map.of()))),
            (int) sequence + 1));
  }

  @Test
  void whatRunsAndWhatIsOnItsWayIsToldForBundles() {
    assertThat(views.liveReleases()).isEmpty();
    assertThat(views.assignedReleases()).containsExactly(release);
    assertThat(views.newestReleases(Set.of())).hasSize(1);
    scene.pass(Duration.ofMinutes(1));
    Digest newer = scene.assign("embedding", "2.0");
    assertThat(views.newestReleases(Set.of()))
        .singleElement()
        .satisfies(newest -> assertThat(newest.digest()).isEqualTo(newer));
    assertThat(views.newestReleases(Set.of(release))).hasSize(2);
    Name app = new Name("embedding");
    ApplicationStatus fetching =
        new ApplicationStatus(
            app,
            ApplicationStatus.Phase.FETCHING,
            newer,
            "2.0",
            release,
            "1.0",
            null,
            1,
            300,
            900,
            0,
            List.of(new Reason.Downloading("bundle", 300, 900)),
            null,
            new Transfer(Transfer.How.BUNDLE, release, 50));
    scene.tell(
        new HubEvent.ReportSaid(
            line,
            device.device(),
            scene.report(
                new Report.Row(
                    1,
                    "boot-1",
                    5,
                    1,
                    new ReportBody.State(null, 0, List.of(fetching), List.of(), Map.of()))),
            2));

    assertThat(views.liveReleases()).isEqualTo(Map.of(release, 1L));
    assertThat(views.downloading(Optional.empty(), Optional.of(Scene.SITE), PageAsk.FIRST))
        .singleElement()
        .satisfies(
            one ->
                assertThat(one.applications().getFirst().transfer())
                    .isEqualTo(new Transfer(Transfer.How.BUNDLE, release, 50)));
    assertThat(views.countDownloading(Optional.of(Scene.FLEET), Optional.empty())).isEqualTo(1);
  }

  /// A rollout assigns nothing, and brings its release to many all the same.
  @Test
  void whatARolloutBringsIsForeseenAsLongAsItMayBringIt() {
    Digest before = pushed("2.0");
    pushed("3.0");
    rollOut("2.0");
    assertThat(views.assignedReleases()).containsExactlyInAnyOrder(release, before);
    RolloutId first = newestRollout().id();

    steer(first, AdminCommand.SteerRollout.Action.PAUSE);
    assertThat(views.assignedReleases()).containsExactlyInAnyOrder(release, before);

    steer(first, AdminCommand.SteerRollout.Action.ABORT);
    assertThat(views.assignedReleases()).containsExactly(release);
  }

  /// Whoever comes later is brought it still, until another has gone everywhere.
  @Test
  void whatTheLastCompletedRolloutBroughtStaysForeseen() {
    Digest second = pushed("2.0");
    rollOut("2.0");
    says(1, ApplicationStatus.Phase.LIVE, second);
    scene.pass(Duration.ofSeconds(1));
    assertThat(newestRollout().state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(views.assignedReleases()).containsExactlyInAnyOrder(release, second);

    Digest third = pushed("3.0");
    rollOut("3.0");
    assertThat(views.assignedReleases()).containsExactlyInAnyOrder(release, second, third);
    says(2, ApplicationStatus.Phase.LIVE, third);
    scene.pass(Duration.ofSeconds(1));
    assertThat(newestRollout().state()).isInstanceOf(RolloutState.Completed.class);
    assertThat(views.assignedReleases()).containsExactlyInAnyOrder(release, third);
  }

  private RolloutRecord newestRollout() {
    return views.rollouts().rollouts(Optional.empty(), 1).getFirst().record();
  }

  private void steer(RolloutId rollout, AdminCommand.SteerRollout.Action action) {
    scene.command(new AdminCommand.SteerRollout(rollout, action, "tests", false, Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
  }

  private Digest pushed(String version) {
    scene.pass(Duration.ofMinutes(1));
    AdminAnswer answer =
        scene.command(new AdminCommand.PushRelease(Scene.release("embedding", version)));
    assertThat(answer).isInstanceOf(AdminAnswer.ReleaseTaken.class);
    return ((AdminAnswer.ReleaseTaken) answer).release();
  }

  private void rollOut(String version) {
    Wave first = new Wave("canary", new Pick.Count(1), new Gate(100, 0, false));
    scene.command(
        new AdminCommand.CreateRollout(
            new ReleaseRef(new Name("embedding"), version),
            new Scope(Scene.FLEET, Set.of(), Map.of()),
            new RolloutPlan(
                List.of(first),
                Budgets.USUAL,
                AbortRule.USUAL,
                Duration.ofHours(1).toMillis(),
                null),
            Optional.empty()));
    scene.pass(Duration.ofSeconds(1));
  }

  @Test
  void aDeviceFindsItsRolloutWhicheverSiteComesBeforeItsOwn() {
    List<SlotRef> slots = new ArrayList<>();
    for (String site : List.of("berlin", "berlin-2", "berlin-20")) {
      Name name = new Name(site);
      scene.apply(Scene.site(name));
      EnrolResponse there =
          scene.enrol(scene.token(Optional.of(name), Optional.empty(), 1), "at " + site);
      slots.add(new SlotRef(there.site(), there.slot()));
    }
    scene.command(new AdminCommand.PushRelease(Scene.release("embedding", "2.0")));
    rollOut("2.0");

    assertThat(slots)
        .allSatisfy(slot -> assertThat(views.rollouts().standings(slot, scene.now)).hasSize(1));
    assertThat(views.settings(Scene.FLEET, slots, 0).keySet()).containsAll(slots);
    assertThat(slots)
        .allSatisfy(
            slot ->
                assertThat(views.settings(Scene.FLEET, slots, 0).get(slot))
                    .isEqualTo(views.settings(slot, 0).orElseThrow()));
  }

  @Test
  void settingsOfSlotsThatAreNotThereAreLeftOut() {
    SlotRef unknown = new SlotRef(new Name("nowhere"), new Name("counter-1"));

    assertThat(views.settings(Scene.FLEET, List.of(Scene.SLOT, unknown), 0))
        .containsOnlyKeys(Scene.SLOT);
    assertThat(views.settings(new Name("other"), List.of(Scene.SLOT), 0)).isEmpty();
    assertThat(views.settings(Scene.FLEET, List.of(), 0)).isEmpty();
  }

  @Test
  void linesAreMeasuredByDownloads() {
    said(new Report.Row(1, "boot-1", 0, 0, downloading(500_000)));

    assertThat(views.rollouts().siteLines(Scene.FLEET, Overlay.NONE))
        .containsExactly(
            new RolloutViews.SiteLine(
                Scene.SITE,
                "Europe/Berlin",
                SiteTimes.ANY,
                Optional.empty(),
                new LineRate(Scene.SITE, 500_000, 1, scene.now)));
  }

  /// Rules of a site replace those of its fleet.
  @Test
  void linesHaveTheirRules() {
    LineRules fleets = rules("1Mbit/s");
    LineRules own = rules("256kbit/s");
    scene.apply(
        new AdminObject.Fleet(
            Scene.FLEET,
            "Production",
            Map.of(),
            false,
            Map.of(),
            SiteTimes.ANY,
            Optional.of(fleets)));
    assertThat(views.rollouts().siteLines(Scene.FLEET, Overlay.NONE))
        .containsExactly(
            new RolloutViews.SiteLine(
                Scene.SITE, "Europe/Berlin", SiteTimes.ANY, Optional.of(fleets), null));

    scene.apply(
        new AdminObject.Site(
            Scene.SITE,
            Scene.FLEET,
            "",
            Map.of(),
            "Europe/Berlin",
            "",
            "",
            Map.of(),
            SiteTimes.ANY,
            Optional.of(own)));
    assertThat(views.rollouts().siteLines(Scene.FLEET, Overlay.NONE))
        .extracting(RolloutViews.SiteLine::line)
        .containsExactly(Optional.of(own));
  }

  private static LineRules rules(String limit) {
    return new LineRules(
        List.of(new LineRules.Limit(Weekly.parse(LineRules.Limit.ALWAYS), BitRate.parse(limit))));
  }

  @Test
  void holdersHaveTheLabelsThatSelectorsLookAt() {
    List<Map<String, String>> seen = new ArrayList<>();
    views
        .rollouts()
        .eachHolder(
            Scene.FLEET,
            new Name("embedding"),
            ASKED,
            Overlay.NONE,
            (place, held, shares) -> seen.add(place.labels()));
    assertThat(seen)
        .singleElement()
        .satisfies(
            labels ->
                assertThat(labels)
                    .containsEntry("tombolo.io/site", Scene.SITE.text())
                    .containsEntry("tombolo.io/slot", Scene.SLOT.slot().text()));
  }

  /// Of a large fleet all devices are read in one pass, of a small one each is looked up.
  @Test
  void whatHoldersHaveDoesNotDependOnHowManyThereAre() {
    List<HubChange> devices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      devices.addAll(holder(i));
    }
    keep(devices);
    List<String> few = held();
    assertThat(few).hasSize(21).doesNotHaveDuplicates();
    assertThat(few).filteredOn(line -> line.endsWith("true")).hasSize(7);
    assertThat(few).filteredOn(line -> line.contains("[]")).hasSize(5);
    assertThat(few).filteredOn(line -> line.contains(ASKED.text())).hasSize(8);
    assertThat(few)
        .filteredOn(line -> line.contains(" live "))
        .hasSize(4)
        .allMatch(line -> line.contains("[" + ASKED + "]"));

    makeLarge();
    assertThat(held()).isEqualTo(few);
  }

  /// They are read so many at a time, and a large site is read on from its middle.
  @Test
  void holdersAreHandedOverInOrderHoweverManyThereAre() {
    List<HubChange> changes = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int site = 0; site < 3; site++) {
      changes.add(site("large-" + site));
      int there = site == 1 ? 4_500 : 700;
      for (int i = 0; i < there; i++) {
        SlotRef slot = new SlotRef(new Name("large-" + site), new Name("till-%04d".formatted(i)));
        expected.add(slot.toString());
        changes.addAll(holder(slot, 10_000 * site + i));
      }
    }
    keep(changes);
    expected.add(Scene.SLOT.toString());
    expected.sort(null);

    List<String> few = held();
    assertThat(few).extracting(line -> line.split(" ")[0]).containsExactlyElementsOf(expected);
    makeLarge();
    assertThat(held()).isEqualTo(few);
  }

  private void makeLarge() {
    List<HubChange> sites = new ArrayList<>();
    for (int i = 0; i < SqliteRolloutViews.LARGE_SITES; i++) {
      sites.add(site("empty-" + i));
    }
    keep(sites);
  }

  @Test
  void placesAreReadAsLongAsTheNextIsWanted() {
    List<HubChange> devices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      devices.addAll(holder(i));
    }
    keep(devices);
    List<SlotRef> seen = new ArrayList<>();
    views
        .rollouts()
        .eachPlace(
            Scene.FLEET,
            new Name("embedding"),
            Overlay.NONE,
            place -> {
              seen.add(place.slot());
              return seen.size() < 3;
            });
    assertThat(seen).hasSize(3).isSorted();
  }

  private void keep(List<HubChange> changes) {
    HubStore.Batch batch = store.begin();
    batch.savepoint();
    batch.apply(changes);
    batch.commit();
  }

  private List<String> held() {
    List<String> lines = new ArrayList<>();
    views
        .rollouts()
        .eachHolder(
            Scene.FLEET,
            new Name("embedding"),
            ASKED,
            Overlay.NONE,
            (place, held, shares) ->
                lines.add(place.slot() + " " + place.labels() + " " + seen(held) + " " + shares));
    return lines;
  }

  private static String seen(Held held) {
    return held.releases() + (held.runsIt() ? " live" : "");
  }

  private static HubChange site(String name) {
    return new HubChange.SitePut(
        new Kept<>(
            name,
            new AdminObject.Site(
                new Name(name), Scene.FLEET, "", Map.of("in", name), "UTC", "", "", Map.of()),
            1,
            1,
            "user:test"));
  }

  /// The third of each five has told nothing yet; each third shares. Of four that have told
  /// something, one has ASKED live, one has it to fall back on, and two only want it.
  private static List<HubChange> holder(int number) {
    List<HubChange> changes = new ArrayList<>();
    changes.add(site("shop-" + number));
    changes.addAll(holder(new SlotRef(new Name("shop-" + number), new Name("till")), number));
    return changes;
  }

  private static List<HubChange> holder(SlotRef slot, int number) {
    DeviceId id = DeviceId.ofKey(("device " + number).getBytes(StandardCharsets.UTF_8));
    List<HubChange> changes = new ArrayList<>();
    changes.add(
        new HubChange.SlotPut(
            new Kept<>(
                "slot-" + number,
                new AdminObject.Slot(slot, "", Map.of("size", "s" + number % 2), Map.of()),
                1,
                1,
                "user:test")));
    changes.add(
        new HubChange.DevicePut(
            new DeviceRecord(
                id,
                Digest.ofText("key " + number),
                slot,
                Standing.ACTIVE,
                null,
                1,
                1,
                "token",
                Map.of())));
    List<String> addresses = number % 3 == 0 ? List.of("10.0.0.1:1") : List.of();
    changes.add(
        new HubChange.PresencePut(
            new PresenceRecord(
                id,
                "boot",
                1,
                false,
                1,
                "10.0.0.1:1",
                "0.1.0",
                addresses,
                0,
                List.of(),
                List.of())));
    if (number % 5 != 2) {
      Digest live = number % 4 == 1 ? ASKED : Digest.ofText("release " + number % 4);
      Digest previous = number % 4 == 2 ? ASKED : null;
      changes.add(new HubChange.OutboxMarked(id, "outbox", 1, -1, -1, 1));
      changes.add(
          new HubChange.RowsTaken(
              id,
              "outbox",
              1,
              1,
              List.of(
                  new ReportRow(
                      0,
                      1,
                      1,
                      1,
                      new ReportBody.State(
                          Digest.ofText("document"),
                          1,
                          List.of(
                              status("counting", Digest.ofText("counting"), null),
                              status("embedding", live, previous)),
                          // Not a word of what it runs.
                          List.of(new Reason.Unknown("\"live\":\"" + ASKED + "\"")),
                          Map.of()))),
              previous == null ? Set.of(live) : Set.copyOf(List.of(live, previous))));
    }
    return changes;
  }

  private static ApplicationStatus status(String name, Digest live, @Nullable Digest previous) {
    return new ApplicationStatus(
        new Name(name),
        ApplicationStatus.Phase.LIVE,
        ASKED,
        "2.0",
        live,
        "1.0",
        previous,
        0,
        0,
        0,
        0,
        List.of());
  }

  @Test
  void whereAnApplicationDoesNotGoNobodyIsCounted() {
    List<SlotRef> reached = new ArrayList<>();
    views
        .rollouts()
        .eachHolder(
            Scene.FLEET,
            new Name("embedding"),
            ASKED,
            Overlay.NONE,
            (place, held, shares) -> reached.add(place.slot()));
    assertThat(reached).containsExactly(Scene.SLOT);

    scene.apply(
        new AdminObject.Application(
            new Name("embedding"),
            Scene.FLEET,
            Optional.of(new ReleaseRef(new Name("embedding"), "1.0")),
            "",
            Map.of(),
            Map.of(),
            List.of(new SyncPolicy(new Selector(Map.of("size", "large"), List.of()), List.of()))));
    reached.clear();
    views
        .rollouts()
        .eachHolder(
            Scene.FLEET,
            new Name("embedding"),
            ASKED,
            Overlay.NONE,
            (place, held, shares) -> reached.add(place.slot()));
    assertThat(reached).isEmpty();
  }

  @Test
  void whatIsTriedOutCountsBeforeItIsKept() {
    List<AdminObject> tried =
        List.of(
            new AdminObject.Site(
                Scene.SITE,
                Scene.FLEET,
                "",
                Map.of("size", "large"),
                "Europe/Lisbon",
                "",
                "",
                Map.of()),
            new AdminObject.Slot(Scene.SLOT, "", Map.of("tier", "pilot"), Map.of()));
    Map<SlotRef, Map<String, String>> labelsOf = new HashMap<>();
    RolloutViews.HolderReader reader =
        (place, held, shares) -> labelsOf.put(place.slot(), place.labels());
    Name application = new Name("embedding");

    views.rollouts().eachHolder(Scene.FLEET, application, ASKED, new Overlay(tried), reader);
    assertThat(labelsOf).containsOnlyKeys(Scene.SLOT);
    assertThat(labelsOf.get(Scene.SLOT))
        .containsEntry("size", "large")
        .containsEntry("tier", "pilot");
    assertThat(views.rollouts().siteLines(Scene.FLEET, new Overlay(tried)))
        .extracting(RolloutViews.SiteLine::timeZone)
        .containsExactly("Europe/Lisbon");

    labelsOf.clear();
    views
        .rollouts()
        .eachHolder(
            Scene.FLEET,
            application,
            ASKED,
            new Overlay(List.of(application(new Selector(Map.of("size", "large"), List.of())))),
            reader);
    assertThat(labelsOf).isEmpty();
  }

  @Test
  void aSiteThatIsToMoveIsCountedWhereItWillBe() {
    Name other = new Name("other");
    Overlay overlay =
        new Overlay(
            List.of(
                new AdminObject.Fleet(other, "", Map.of(), false, Map.of()),
                new AdminObject.Site(Scene.SITE, other, "", Map.of(), "UTC", "", "", Map.of())));
    List<SlotRef> reached = new ArrayList<>();
    RolloutViews.HolderReader reader = (place, held, shares) -> reached.add(place.slot());

    views.rollouts().eachHolder(Scene.FLEET, new Name("embedding"), ASKED, overlay, reader);
    assertThat(reached).isEmpty();
    views.rollouts().eachHolder(other, new Name("embedding"), ASKED, overlay, reader);
    assertThat(reached).containsExactly(Scene.SLOT);
    assertThat(views.rollouts().siteLines(other, overlay))
        .extracting(RolloutViews.SiteLine::site)
        .containsExactly(Scene.SITE);
  }

  private static AdminObject.Application application(Selector selector) {
    return new AdminObject.Application(
        new Name("embedding"),
        Scene.FLEET,
        Optional.empty(),
        "",
        Map.of(),
        Map.of(),
        List.of(new SyncPolicy(selector, List.of())));
  }

  @Test
  void whyHasAnAnswerFromTheView() {
    DeviceCondition condition = views.condition(device.device(), 0).orElseThrow();

    assertThat(condition.wanted())
        .isEqualTo(Map.of(new Name("embedding"), new DeviceCondition.Wanted(release, "1.0")));
    assertThat(Why.of(condition)).singleElement().isInstanceOf(Reason.Starting.class);
    scene.tell(new HubEvent.SessionClosed(line, device.device(), false, ""));
    assertThat(Why.of(views.condition(device.device(), 0).orElseThrow()))
        .first()
        .isEqualTo(new Reason.NotReached(device.device().text(), scene.now));
  }

  @Test
  void resultsComeInOrderFromACursorOn() {
    for (int i = 1; i <= 10; i++) {
      said(Scene.result(i));
    }

    List<Views.ResultView> first = results(0, 4);
    List<Views.ResultView> next = results(first.getLast().id(), 100);

    assertThat(first).extracting(Views.ResultView::sequence).containsExactly(1L, 2L, 3L, 4L);
    assertThat(next).extracting(Views.ResultView::sequence).startsWith(5L).hasSize(6);
    assertThat(first.getFirst().json()).isEqualTo("{\"count\":1}");
    assertThat(
            views.newestResults(Optional.of(device.device()), Optional.of(new Name("people")), 2))
        .extracting(Views.ResultView::sequence)
        .containsExactly(9L, 10L);
    assertThat(views.lastResult()).isEqualTo(next.getLast().id());
    assertThat(views.results(0, Optional.empty(), Optional.of(new Name("other")), 9)).isEmpty();
  }

  @Test
  void whatHappenedIsKeptWithItsCause() {
    said(
        new Report.Row(
            1,
            "boot-1",
            0,
            0,
            new ReportBody.Happened(
                "rolled-back",
                new Name("embedding"),
                release,
                new Reason.ProbeFailed("golden", "0.2"))),
        new Report.Row(2, "boot-1", 0, 0, new ReportBody.Dropped(new Name("people"), 3, 1, 3)));

    List<Views.HappenedView> happened = views.happened(0, Optional.of(device.device()), 10);

    assertThat(happened)
        .extracting(Views.HappenedView::what)
        .containsExactly("rolled-back", "dropped");
    assertThat(happened.getFirst().detail()).contains("probe-failed");
    assertThat(happened.getLast().detail()).contains("\"count\":3");
  }

  @Test
  void eachListGoesOnBehindItsCursor() {
    Name other = new Name("pilot");
    scene.apply(new AdminObject.Fleet(other, "", Map.of(), false, Map.of()));
    for (int i = 1; i <= 5; i++) {
      Name site = new Name("store-" + i);
      scene.apply(Scene.site(site), Scene.slot(new SlotRef(site, new Name("till"))));
      scene.enrol(scene.token(Optional.of(site), Optional.empty(), 1), "till-" + i);
    }
    scene.assign("embedding", "2.0");
    scene.assign("tills", "1.0");

    assertThat(paged(Listed.FLEETS, views::fleets, v -> Cursor.of(v.name())))
        .containsExactlyElementsOf(views.fleets(PageAsk.FIRST))
        .hasSize(2);
    assertThat(
            paged(
                Listed.SITES,
                ask -> views.sites(Optional.of(Scene.FLEET), ask),
                v -> Cursor.of(v.name())))
        .containsExactlyElementsOf(views.sites(Optional.empty(), PageAsk.FIRST))
        .hasSize(6);
    assertThat(
            paged(
                Listed.SLOTS,
                ask -> views.slots(Optional.empty(), Optional.empty(), ask),
                v -> Cursor.of(v.ref().site(), v.ref().slot())))
        .containsExactlyElementsOf(
            views.slots(Optional.of(Scene.FLEET), Optional.empty(), PageAsk.FIRST))
        .hasSize(6);
    assertThat(
            paged(
                Listed.DEVICES,
                ask ->
                    views.devices(
                        Optional.of(Scene.FLEET), Optional.empty(), Optional.empty(), ask),
                v -> Cursor.of(v.slot().site(), v.slot().slot(), v.id())))
        .containsExactlyElementsOf(
            views.devices(Optional.empty(), Optional.empty(), Optional.empty(), PageAsk.FIRST))
        .hasSize(6)
        .isSortedAccordingTo(Comparator.comparing(Views.DeviceView::slot));
    assertThat(
            paged(
                Listed.ASSIGNMENTS,
                ask -> views.assignments(Optional.of(Scene.FLEET), ask),
                v -> Cursor.of(v.fleet(), "", "", v.application())))
        .containsExactlyElementsOf(views.assignments(Optional.empty(), PageAsk.FIRST))
        .hasSize(2);
    assertThat(
            paged(
                Listed.RELEASES,
                views::releases,
                v -> Cursor.of(v.pushedMillis(), v.name(), v.version())))
        .containsExactlyElementsOf(views.releases(PageAsk.FIRST))
        .hasSize(3);
    assertThat(paged(Listed.TOKENS, views::tokens, v -> Cursor.of(v.createdMillis(), v.id())))
        .containsExactlyElementsOf(views.tokens(PageAsk.FIRST))
        .hasSize(6);
  }

  /// Reads a list one row at a time, and each cursor from its text.
  private <V> List<V> paged(
      Listed listed, Function<PageAsk, List<V>> list, Function<V, Cursor> cursorOf) {
    List<V> all = new ArrayList<>();
    List<V> page = list.apply(new PageAsk(Optional.empty(), 1));
    while (!page.isEmpty()) {
      all.addAll(page);
      Cursor cursor = listed.cursor(cursorOf.apply(page.getLast()).text());
      page = list.apply(new PageAsk(Optional.of(cursor), 1));
    }
    assertThat(views.count(listed, Optional.empty(), Optional.empty())).isEqualTo(all.size());
    return all;
  }

  @Test
  void whatIsWantedInSitesIsFoundByTheirNames() {
    assertThat(views.assignmentsReaching(Optional.of(Scene.FLEET), Scene.SITE, Scene.SITE))
        .isEqualTo(views.assignments(Optional.empty(), PageAsk.FIRST))
        .hasSize(1);
    assertThat(views.assignmentsReaching(Optional.of(new Name("other")), Scene.SITE, Scene.SITE))
        .isEmpty();
  }

  @Test
  void aCursorOfAnotherListIsRefused() {
    assertThatThrownBy(() -> Listed.SLOTS.cursor("store-1")).hasMessageContaining("Link");
    assertThatThrownBy(() -> Listed.TOKENS.cursor("x/y")).hasMessageContaining("Link");
  }

  @Test
  void theAuditHoldsTogether() {
    AuditVerify verify = new AuditVerify();
    views.audit(1, 1_000).forEach(verify::take);

    assertThat(verify.broken()).isNull();
    assertThat(verify.count()).isEqualTo(views.lastAudit()).isGreaterThan(5);
  }

  private List<Views.ResultView> results(long after, int limit) {
    return views.results(after, Optional.empty(), Optional.empty(), limit);
  }

  private ReportBody downloading(long bytesPerSecond) {
    ApplicationStatus fetching =
        new ApplicationStatus(
            new Name("embedding"),
            ApplicationStatus.Phase.FETCHING,
            release,
            "1.0",
            null,
            null,
            null,
            1,
            300,
            900,
            0,
            List.of(new Reason.Downloading("model.onnx", 300, 900)),
            null,
            new Transfer(Transfer.How.FILES, null, bytesPerSecond));
    return new ReportBody.State(null, 0, List.of(fetching), List.of(), Map.of());
  }

  private void said(Report.Row... rows) {
    scene.tell(new HubEvent.ReportSaid(line, device.device(), scene.report(rows), 1));
  }
}
