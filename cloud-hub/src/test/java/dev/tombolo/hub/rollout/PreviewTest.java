package dev.tombolo.hub.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.id.SlotRef;
import dev.tombolo.protocol.window.Bandwidth;
import dev.tombolo.protocol.window.BitRate;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.Windows;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreviewTest {
  private static final Digest OLD = Digest.ofText("old");
  private static final Digest NEW = Digest.ofText("new");
  private static final long HOUR = 3_600_000;

  /// Monday 2027-01-04, 00:00 UTC.
  private static final long MONDAY = 1_799_020_800_000L;

  private static final long SOAK = 30_000;
  private static final long ROUND = 60_000;
  private static final long MEGABYTES_450 = 450_000_000;

  private final Preview preview = preview(0, new Wave("rest", new Pick.Rest(), Gate.USUAL));

  private static Preview preview(int inFlight, Wave... waves) {
    return new Preview(
        new RolloutId(1),
        new RolloutPlan(List.of(waves), new Budgets(1, inFlight, 1), AbortRule.USUAL, HOUR, null),
        new Scope(new Name("retail"), Set.of(), Map.of()),
        NEW);
  }

  private void device(String site, String slot, boolean shares) {
    preview.add(
        new SlotRef(new Name(site), new Name(slot)),
        Map::of,
        new Held(List.of(OLD), false),
        shares,
        has -> MEGABYTES_450);
  }

  private static Optional<Windows> windows(List<WeekSpan> download, List<WeekSpan> switching) {
    return Optional.of(
        new Windows(
            new WindowsSection(
                new ZoneOffsets("UTC", 0, List.of()),
                download,
                switching,
                List.of(),
                List.of(),
                null)));
  }

  private Preview.Shown shown() {
    return preview.show(new Preview.Assumed(10_000_000, SOAK, MONDAY));
  }

  @Test
  void aLineCountsWithWhatWasMeasuredElseWithWhatIsAssumed() {
    device("store-1", "till-1", false);
    device("store-2", "till-1", false);
    preview.line(
        new Name("store-2"), new Preview.Line(Optional.empty(), Optional.empty(), 625_000));

    Preview.Shown shown = shown();

    assertThat(shown.loadingSites()).isEqualTo(2);
    assertThat(shown.measuredSites()).isEqualTo(1);
    // 450 MB at 5 Mbit/s are 720 s; at 10 Mbit/s 360 s.
    assertThat(shown.doneMillis()).hasValue(MONDAY + 720_000 + ROUND);
  }

  @Test
  void devicesThatShareLoadOnce() {
    device("store-1", "till-1", true);
    device("store-1", "till-2", true);
    device("store-1", "till-3", false);

    Preview.Shown shown = shown();

    assertThat(shown.bytes()).isEqualTo(2 * MEGABYTES_450);
    assertThat(shown.doneMillis()).hasValue(MONDAY + 720_000 + 3 * ROUND);
  }

  @Test
  void aDownloadThatDoesNotFitItsWindowIsNamedAndGoesOnInTheNext() {
    device("store-1", "till-1", false);
    // Mondays 01:00-01:05 and Tuesdays 01:00-01:02.
    preview.line(
        new Name("store-1"),
        new Preview.Line(
            windows(List.of(new WeekSpan(60, 65), new WeekSpan(1_500, 1_502)), List.of()),
            Optional.empty(),
            0));

    Preview.Shown shown = shown();

    assertThat(shown.tooShort())
        .containsExactly(
            new Preview.TooShort(new Name("store-1"), Windows.Kind.DOWNLOAD, 360_000, 300_000, 2));
    assertThat(shown.doneMillis()).hasValue(MONDAY + 25 * HOUR + 60_000 + ROUND);
  }

  /// 450 MB at 1 Mbit/s are an hour, whatever the line could do.
  @Test
  void aLineIsNoFasterThanItsRulesAllow() {
    device("store-1", "till-1", false);
    device("store-2", "till-1", false);
    preview.line(new Name("store-1"), held(0, limit(0, WeekSpan.WEEK_MINUTES, "1Mbit/s")));
    preview.line(new Name("store-2"), held(12_500_000, limit(0, WeekSpan.WEEK_MINUTES, "2Mbit/s")));

    Preview.Shown shown = shown();

    assertThat(shown.measuredSites()).isEqualTo(1);
    assertThat(shown.doneMillis()).hasValue(MONDAY + HOUR + ROUND);
  }

  /// Until 01:00 1 Mbit/s, then what was measured at night: 100 Mbit/s.
  @Test
  void rulesCountForTheirHoursOnly() {
    preview.add(
        new SlotRef(new Name("store-1"), new Name("till-1")),
        Map.of(),
        new Held(List.of(OLD), false),
        has -> MEGABYTES_450 + 125_000_000);
    preview.line(new Name("store-1"), held(12_500_000, limit(0, 60, "1Mbit/s")));

    assertThat(shown().doneMillis()).hasValue(MONDAY + HOUR + 10_000 + ROUND);
  }

  /// What was measured in other hours says nothing of the window's: by day 1 Mbit/s, and the window
  /// is open for half an hour of each day.
  @Test
  void aWindowInHoursWithALowLimitIsTooShort() {
    device("store-1", "till-1", false);
    preview.line(
        new Name("store-1"),
        new Preview.Line(
            windows(List.of(new WeekSpan(600, 630), new WeekSpan(2_040, 2_070)), List.of()),
            rules(limit(480, 1_200, "1Mbit/s"), limit(1_920, 2_640, "1Mbit/s")),
            12_500_000));

    Preview.Shown shown = shown();

    assertThat(shown.tooShort())
        .containsExactly(
            new Preview.TooShort(new Name("store-1"), Windows.Kind.DOWNLOAD, HOUR, HOUR / 2, 2));
    assertThat(shown.doneMillis()).hasValue(MONDAY + 24 * HOUR + 10 * HOUR + HOUR / 2 + ROUND);
  }

  /// Two that do not share load one after the other, as far as the bound goes.
  @Test
  void theBoundIsOfAllThatLoadTogether() {
    device("store-1", "till-1", false);
    device("store-1", "till-2", false);
    preview.line(new Name("store-1"), held(0, limit(0, WeekSpan.WEEK_MINUTES, "1Mbit/s")));

    assertThat(shown().doneMillis()).hasValue(MONDAY + 2 * HOUR + 2 * ROUND);
  }

  private static Preview.Line held(long bytesPerSecond, LineSection.Limit limit) {
    return new Preview.Line(Optional.empty(), rules(limit), bytesPerSecond);
  }

  private static LineSection.Limit limit(int fromMinute, int untilMinute, String rate) {
    return new LineSection.Limit(new WeekSpan(fromMinute, untilMinute), BitRate.parse(rate));
  }

  private static Optional<Bandwidth> rules(LineSection.Limit... limits) {
    return Optional.of(
        new Bandwidth(
            new LineSection(new ZoneOffsets("UTC", 0, List.of()), List.of(limits), null)));
  }

  @Test
  void theSwitchWaitsForItsWindow() {
    device("store-1", "till-1", false);
    preview.line(
        new Name("store-1"),
        new Preview.Line(windows(List.of(), List.of(new WeekSpan(300, 360))), Optional.empty(), 0));

    Preview.Shown shown = shown();

    assertThat(shown.doneMillis()).hasValue(MONDAY + 5 * HOUR + ROUND);
    assertThat(shown.tooShort()).isEmpty();
  }

  @Test
  void windowsThatNeverOpenAreSaid() {
    device("store-1", "till-1", false);
    preview.line(
        new Name("store-1"),
        new Preview.Line(
            Optional.of(
                new Windows(
                    new WindowsSection(
                        new ZoneOffsets("UTC", 0, List.of()),
                        List.of(),
                        List.of(new WeekSpan(0, 60)),
                        List.of(new WeekSpan(0, WeekSpan.WEEK_MINUTES)),
                        List.of(),
                        null))),
            Optional.empty(),
            0));

    Preview.Shown shown = shown();

    assertThat(shown.doneMillis()).isEmpty();
    assertThat(shown.tooShort())
        .containsExactly(
            new Preview.TooShort(new Name("store-1"), Windows.Kind.SWITCH, ROUND, 0, 0));
  }

  private void device(Preview into, String slot, Held held) {
    into.add(
        new SlotRef(new Name("store-1"), new Name(slot)), Map.of(), held, has -> MEGABYTES_450);
  }

  /// What it keeps to fall back on need not be loaded, but is not what it runs: it waits for the
  /// window, and that may be too short.
  @Test
  void whoKeepsTheFilesStillHasToSwitch() {
    device(preview, "till-1", new Held(List.of(NEW, OLD), false));
    device(preview, "till-2", new Held(List.of(NEW, OLD), true));
    preview.line(
        new Name("store-1"),
        new Preview.Line(windows(List.of(), List.of(new WeekSpan(120, 121))), Optional.empty(), 0));

    Preview.Shown shown = preview.show(new Preview.Assumed(10_000_000, 2 * SOAK, MONDAY));

    assertThat(shown.waves().getFirst().devices()).isEqualTo(2);
    assertThat(shown.waves().getFirst().haveIt()).isEqualTo(1);
    assertThat(shown.keeping()).isEqualTo(1);
    assertThat(shown.bytes()).isZero();
    assertThat(shown.loadingSites()).isZero();
    assertThat(shown.tooShort())
        .containsExactly(
            new Preview.TooShort(new Name("store-1"), Windows.Kind.SWITCH, 90_000, 60_000, 2));
    // A minute of it on Monday, the rest a week later.
    assertThat(shown.doneMillis()).hasValue(MONDAY + 7 * 24 * HOUR + 2 * HOUR + 30_000);
  }

  @Test
  void whoRunsItHasNothingToDoAndHoldsNoBudget() {
    Preview one = preview(1, new Wave("rest", new Pick.Rest(), Gate.USUAL));
    device(one, "till-1", new Held(List.of(NEW), true));
    device(one, "till-2", new Held(List.of(NEW, OLD), true));
    device(one, "till-3", new Held(List.of(NEW, OLD), false));

    Preview.Shown shown = one.show(new Preview.Assumed(10_000_000, SOAK, MONDAY));

    assertThat(shown.waves().getFirst().haveIt()).isEqualTo(2);
    assertThat(shown.doneMillis()).hasValue(MONDAY + ROUND);
  }

  @Test
  void wavesThatWaitForAYesAreNamed() {
    Gate asks = new Gate(95, HOUR, true);
    Wave canary = new Wave("canary", new Pick.Count(1), asks);
    Wave early = new Wave("early", new Pick.Count(1), Gate.USUAL);
    Wave rest = new Wave("rest", new Pick.Rest(), asks);
    Preview three = preview(0, canary, early, rest);
    for (int till = 1; till <= 4; till++) {
      device(three, "till-" + till, new Held(List.of(NEW, OLD), false));
    }

    Preview.Shown shown = three.show(new Preview.Assumed(10_000_000, SOAK, MONDAY));

    assertThat(shown.waitForYes()).containsExactly("early");
    assertThat(shown.doneMillis()).hasValue(MONDAY + HOUR + 4 * ROUND);
  }

  /// A wave without anybody proves nothing; a rollout without anybody is over at once.
  @Test
  void theWaveBehindAnEmptyOneWaitsForAYes() {
    Wave pilots = new Wave("pilots", new Pick.Labelled(Map.of("tier", "pilot")), Gate.USUAL);
    Wave early = new Wave("early", new Pick.Count(1), Gate.USUAL);
    Wave rest = new Wave("rest", new Pick.Rest(), Gate.USUAL);
    Preview nobody = preview(0, pilots, early, rest);
    Preview some = preview(0, pilots, early, rest);
    device(some, "till-1", new Held(List.of(OLD), false));
    device(some, "till-2", new Held(List.of(OLD), false));

    Preview.Assumed assumed = new Preview.Assumed(10_000_000, SOAK, MONDAY);
    assertThat(nobody.show(assumed).waitForYes()).isEmpty();
    assertThat(some.show(assumed).waitForYes()).containsExactly("early");
  }
}
