package dev.tombolo.hub.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.desired.SiteTimes;
import dev.tombolo.hub.desired.Weekly;
import dev.tombolo.hub.device.DeviceRecord;
import dev.tombolo.hub.device.DeviceRecord.Standing;
import dev.tombolo.hub.policy.DeviceCondition.Wanted;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ApplicationStatus.Phase;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.message.Transfer;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonKind;
import dev.tombolo.protocol.reason.ReasonText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WhyTest {
  private static final Name APP = new Name("embedding");
  private static final Digest NEW = Digest.ofText("new");
  private static final Digest OLD = Digest.ofText("old");
  private static final Map<Name, Wanted> WANTED = Map.of(APP, new Wanted(NEW, "2.0"));
  private static final DeviceId DEVICE = DeviceId.ofKey(new byte[] {1});

  @Test
  void aLiveReleaseIsUpToDate() {
    assertThat(why(true, WANTED, status(Phase.LIVE, NEW, List.of())))
        .containsExactly(new Reason.UpToDate());
  }

  /// Each of the device's applications says it of itself.
  @Test
  void aDeviceWithTwoApplicationsIsUpToDateOnce() {
    assertThat(Why.causes(two(Phase.LIVE, new Reason.UpToDate()), 0))
        .containsExactly(new Why.Cause(new Reason.UpToDate()));
  }

  @Test
  void aCauseNamesItsApplicationAndNobodyIsUpToDateThen() {
    Reason shut = new Reason.SwitchWindowClosed(5, "Mon");

    assertThat(Why.causes(two(Phase.STAGED, shut), 0))
        .containsExactly(new Why.Cause(new Name("shelf"), shut));
  }

  /// The first is live and says so.
  private static DeviceCondition two(Phase phase, Reason reason) {
    Name shelf = new Name("shelf");
    ApplicationStatus second =
        new ApplicationStatus(
            shelf, phase, NEW, "2.0", OLD, "1.0", null, 0, 0, 0, 0, List.of(reason));
    ReportBody.State state =
        new ReportBody.State(
            null,
            1,
            List.of(status(Phase.LIVE, NEW, List.of(new Reason.UpToDate())), second),
            List.of(),
            Map.of());
    Map<Name, Wanted> wanted = Map.of(APP, new Wanted(NEW, "2.0"), shelf, new Wanted(NEW, "2.0"));
    return new DeviceCondition(device(), true, 77, wanted, null, 0, state, 5);
  }

  @Test
  void aDeviceThatIsNotThereIsNotReachedEvenIfAllWasWell() {
    assertThat(why(false, WANTED, status(Phase.LIVE, NEW, List.of())))
        .containsExactly(new Reason.NotReached(DEVICE.text(), 77), new Reason.UpToDate());
    assertThat(why(false, WANTED, null)).containsExactly(new Reason.NotReached(DEVICE.text(), 77));
  }

  @Test
  void nothingAssignedIsSaid() {
    assertThat(why(true, Map.of(), null)).containsExactly(new Reason.NothingAssigned());
  }

  @Test
  void theDevicesOwnReasonIsPassedOn() {
    Reason cause = new Reason.RolledBack(NEW, OLD, new Reason.ProbeFailed("golden", "0.31"));

    assertThat(why(true, WANTED, status(Phase.ROLLED_BACK, OLD, List.of(cause))))
        .containsExactly(cause);
  }

  @Test
  void aDownloadTellsHowFarItIs() {
    assertThat(why(true, WANTED, status(Phase.FETCHING, OLD, List.of())))
        .containsExactly(new Reason.Downloading("embedding", 10, 30));
  }

  @Test
  void ofADownloadThatWaitsOrFailedItIsToldWhatIsHere() {
    Reason failed = new Reason.DownloadFailed("bundle", "reset", 7);
    Transfer changed = new Transfer(Transfer.How.BUNDLE, OLD, 0);
    Transfer everything = new Transfer(Transfer.How.FULL_BUNDLE, null, 0);

    assertThat(why(true, WANTED, fetching(failed, changed)))
        .containsExactly(
            failed,
            new Reason.DownloadHeld("the bundle from embedding@1.0 to embedding@2.0", 10, 30));
    assertThat(why(true, WANTED, fetching(failed, everything)))
        .containsExactly(
            failed, new Reason.DownloadHeld("the full bundle of embedding@2.0", 10, 30));
    Reason progress = new Reason.CopyingFromPeer("site/other", "bundle", 10, 30);
    assertThat(why(true, WANTED, fetching(progress, everything))).containsExactly(progress);
    assertThat(why(true, WANTED, status(Phase.STAGED, OLD, List.of(failed))))
        .containsExactly(failed);
  }

  private static ApplicationStatus fetching(Reason reason, Transfer how) {
    return new ApplicationStatus(
        APP,
        Phase.FETCHING,
        NEW,
        "2.0",
        OLD,
        "1.0",
        null,
        0,
        10,
        30,
        0,
        List.of(reason),
        null,
        how);
  }

  @Test
  void aDocumentNotYetTakenUpIsSaid() {
    assertThat(why(true, WANTED, null)).hasOnlyElementsOfType(Reason.Starting.class).hasSize(1);
  }

  /// Found by the simulation: the device had the newest document, had refused the release in it,
  /// and said why; the hub said for ever that the device had not taken it up yet.
  @Test
  void aReleaseThatTheDeviceRefusesIsExplainedInItsOwnWords() {
    Reason cause = new Reason.ParameterInvalid("threads", "9", "at most 8");
    ApplicationStatus refused =
        new ApplicationStatus(
            APP, Phase.LIVE, null, null, OLD, "1.0", null, 0, 0, 0, 0, List.of(cause));

    assertThat(Why.of(newest(NEW, refused))).containsExactly(cause);
    assertThat(Why.of(newest(OLD, refused)))
        .hasOnlyElementsOfType(Reason.Starting.class)
        .hasSize(1);
  }

  /// @param held the manifest that the device says it holds; the newest is NEW
  private static DeviceCondition newest(Digest held, ApplicationStatus status) {
    ReportBody.State state = new ReportBody.State(held, 2, List.of(status), List.of(), Map.of());
    return new DeviceCondition(device(), true, 77, WANTED, NEW, 2, state, 5);
  }

  @Test
  void aRevokedDeviceNeedsNoOtherReason() {
    DeviceRecord revoked =
        device().withStanding(Standing.REVOKED, new Reason.DeviceRevoked(DEVICE.text()), 1);

    assertThat(Why.of(condition(revoked, false, WANTED, null)))
        .containsExactly(new Reason.DeviceRevoked(DEVICE.text()));
  }

  /// It said on Monday when its window opens; on Wednesday that is no answer.
  @Test
  void ofADeviceInTheDarkTheHubReckonsWhenTheWindowOpens() {
    long wednesdayNoon = java.time.Instant.parse("2026-09-23T10:00:00Z").toEpochMilli();
    SiteTimes times =
        new SiteTimes(List.of(), List.of(Weekly.parse("22:00-06:00")), List.of(), List.of());
    ApplicationStatus staged =
        status(
            Phase.STAGED,
            OLD,
            List.of(new Reason.SwitchWindowClosed(1, "Mon 2026-09-21 22:00 Europe/Berlin")));
    ReportBody.State state = new ReportBody.State(null, 1, List.of(staged), List.of(), Map.of());
    DeviceCondition.Plan plan = new DeviceCondition.Plan("Europe/Berlin", times, null);
    DeviceCondition dark =
        new DeviceCondition(device(), false, 77, WANTED, null, 0, state, 5, plan);

    assertThat(Why.at(dark, wednesdayNoon))
        .contains(
            new Reason.SwitchWindowClosed(
                wednesdayNoon + 10 * 3_600_000, "Wed 2026-09-23 22:00 Europe/Berlin"));
    assertThat(Why.at(dark, wednesdayNoon + 11 * 3_600_000))
        .anySatisfy(it -> assertThat(it.toString()).contains("its window is open now"));
  }

  /// Somebody lifts the windows meanwhile, and it cannot hear of that.
  ///
  /// @param hours until its window opens; 0: none is near
  @ParameterizedTest
  @ValueSource(longs = {10, 0})
  void ofADeviceInTheDarkWithAnOlderDocumentItsOwnWindowsCount(long hours) {
    long mondayNoon = java.time.Instant.parse("2026-09-21T10:00:00Z").toEpochMilli();
    long opens = hours == 0 ? 0 : mondayNoon + hours * 3_600_000;
    SiteTimes times =
        new SiteTimes(List.of(Weekly.parse("22:00-06:00")), List.of(), List.of(), List.of());
    Reason shut = new Reason.DownloadWindowClosed(opens, "Mon 2026-09-21 22:00 Europe/Berlin");
    ReportBody.State state =
        new ReportBody.State(
            OLD, 1, List.of(status(Phase.FETCHING, OLD, List.of(shut))), List.of(), Map.of());
    DeviceCondition.Plan lifted =
        new DeviceCondition.Plan("Europe/Berlin", times, mondayNoon + 3_600_000);

    assertThat(
            Why.at(
                new DeviceCondition(device(), false, 77, WANTED, NEW, 2, state, 5, lifted),
                mondayNoon))
        .contains(shut)
        .noneMatch(it -> it.toString().contains("its window is open now"));
    assertThat(
            Why.at(
                new DeviceCondition(device(), false, 77, WANTED, OLD, 1, state, 5, lifted),
                mondayNoon))
        .doesNotContain(shut);
  }

  @Test
  void aPauseIsSaidOnceThoughTheDeviceSaysItTwiceAndAnotherOneBefore() {
    Reason old = new Reason.TransfersPaused("bob", "tills", 5);
    ReportBody.State state =
        new ReportBody.State(
            null, 1, List.of(status(Phase.FETCHING, OLD, List.of(old))), List.of(old), Map.of());
    DeviceCondition.Pause pause = new DeviceCondition.Pause("ann", "inventory", 7);
    DeviceCondition paused =
        new DeviceCondition(device(), true, 77, WANTED, null, 0, state, 5, null, pause);
    DeviceCondition resumed = new DeviceCondition(device(), true, 77, WANTED, null, 0, state, 5);

    Reason here = new Reason.DownloadHeld("the files of embedding@2.0", 10, 30);
    assertThat(Why.of(paused))
        .containsExactly(new Reason.TransfersPaused("ann", "inventory", 7), here);
    assertThat(Why.of(resumed)).containsExactly(old, here);
  }

  @Test
  void aPauseThatItsAgentIsTooOldForIsNotSaidToHoldItBack() {
    DeviceCondition.Pause pause = new DeviceCondition.Pause("ann", "inventory", 7);
    List<String> leftOut = List.of("the pause of its downloads");
    DeviceCondition old =
        new DeviceCondition(
            device(), true, 77, WANTED, null, 0, null, 5, null, pause, "0.0.9", leftOut);

    assertThat(Why.of(old))
        .contains(new Reason.AgentTooOld("0.0.9", leftOut))
        .noneMatch(Reason.TransfersPaused.class::isInstance);
    assertThat(ReasonText.say(new Reason.AgentTooOld("0.0.9", leftOut)))
        .isEqualTo(
            "Its agent 0.0.9 is too old for the pause of its downloads: left out for this device"
                + " until the agent is updated.");
  }

  @Test
  void ofADeviceInTheDarkABoundThatIsOverIsNotSaid() {
    Reason held = new Reason.BandwidthHeld(2_000_000, 1_000, "then");
    ReportBody.State state =
        new ReportBody.State(
            null, 1, List.of(status(Phase.FETCHING, OLD, List.of(held))), List.of(), Map.of());
    DeviceCondition dark = new DeviceCondition(device(), false, 77, WANTED, null, 0, state, 5);

    assertThat(Why.at(dark, 999)).contains(held);
    assertThat(Why.at(dark, 1_000)).doesNotContain(held).isNotEmpty();
  }

  /// It stands beside the other causes, and says why the device cannot come back by itself.
  @Test
  void ofADeviceInTheDarkACertificateThatHasRunOutIsSaid() {
    assertThat(Why.at(certified(false, 999), 1_000))
        .startsWith(
            new Reason.CertificateExpired(DEVICE.text(), 999),
            new Reason.NotReached(DEVICE.text(), 77));
    assertThat(Why.at(certified(false, 1_001), 1_000))
        .noneMatch(Reason.CertificateExpired.class::isInstance);
    assertThat(Why.at(certified(true, 999), 1_000))
        .noneMatch(Reason.CertificateExpired.class::isInstance);
  }

  private static DeviceCondition certified(boolean online, long untilMillis) {
    return new DeviceCondition(
        device(), online, 77, WANTED, null, 0, null, 5, null, null, "", List.of(), untilMillis);
  }

  /// A new one has to be brought about here.
  @Test
  void whateverIsFoundHereIsGivenInTheFirstPlaceInASentenceOfItsOwn() {
    List<Reason> first = new ArrayList<>();
    first.add(why(false, WANTED, null).getFirst());
    for (var standing :
        Map.of(
                Standing.WAITING, new Reason.ApprovalNeeded(DEVICE.text(), "its key is new"),
                Standing.QUARANTINED, new Reason.DeviceQuarantined(DEVICE.text(), "two of it"),
                Standing.REVOKED, new Reason.DeviceRevoked(DEVICE.text()))
            .entrySet()) {
      DeviceRecord device = device().withStanding(standing.getKey(), standing.getValue(), 1);
      first.add(Why.of(condition(device, true, WANTED, null)).getFirst());
    }
    List<String> leftOut = List.of("the pause of its downloads");
    first.add(
        Why.of(
                new DeviceCondition(
                    device(), true, 77, WANTED, null, 0, null, 5, null, null, "0.0.9", leftOut))
            .getFirst());

    first.add(Why.at(certified(false, 999), 1_000).getFirst());

    Set<Class<?>> given = new HashSet<>();
    first.forEach(it -> given.add(it.getClass()));
    assertThat(given).isEqualTo(ReasonKind.AT_THE_HUB.all());
    assertThat(first).extracting(ReasonText::say).doesNotHaveDuplicates();
  }

  @Test
  void whateverTheConditionThereIsAnAnswer() {
    for (Standing standing : Standing.values()) {
      for (boolean online : new boolean[] {true, false}) {
        for (Map<Name, Wanted> wanted : List.of(WANTED, Map.<Name, Wanted>of())) {
          for (Phase phase : Phase.values()) {
            for (Digest live : List.of(NEW, OLD)) {
              DeviceRecord device =
                  device().withStanding(standing, new Reason.DeviceQuarantined("d", "x"), 1);
              assertThat(Why.of(condition(device, online, wanted, status(phase, live, List.of()))))
                  .isNotEmpty();
            }
          }
        }
      }
    }
  }

  private static List<Reason> why(
      boolean online, Map<Name, Wanted> wanted, @Nullable ApplicationStatus status) {
    return Why.of(condition(device(), online, wanted, status));
  }

  private static DeviceCondition condition(
      DeviceRecord device,
      boolean online,
      Map<Name, Wanted> wanted,
      @Nullable ApplicationStatus status) {
    ReportBody.State state =
        status == null ? null : new ReportBody.State(null, 1, List.of(status), List.of(), Map.of());
    return new DeviceCondition(device, online, 77, wanted, null, 0, state, 5);
  }

  private static ApplicationStatus status(Phase phase, Digest live, List<Reason> reasons) {
    return new ApplicationStatus(APP, phase, NEW, "2.0", live, "1.0", null, 0, 10, 30, 0, reasons);
  }

  private static DeviceRecord device() {
    return new DeviceRecord(
        DEVICE,
        Digest.ofText("key"),
        new SlotRef(new Name("site"), new Name("slot")),
        Standing.ACTIVE,
        null,
        0,
        0,
        "token",
        Map.of());
  }
}
