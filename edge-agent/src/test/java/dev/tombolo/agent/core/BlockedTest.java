package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever keeps a release from being live, the device says which it is.
class BlockedTest {
  private static final long HOUR = 3_600_000;
  private static final Name ROLLOUT = new Name("counting-2");
  private static final List<WeekSpan> SUNDAY_NIGHT = List.of(new WeekSpan(9_000, 9_060));
  private static final List<WeekSpan> ALWAYS = List.of(new WeekSpan(0, WeekSpan.WEEK_MINUTES));

  /// How one thing comes to stand in the way of the second release.
  private static Map<String, Consumer<Shop>> obstacles() {
    Map<String, Consumer<Shop>> all = new LinkedHashMap<>();
    all.put("not for this fleet", shop -> assign(shop, shop.known(foreign(shop)), null, null));
    all.put("the line", shop -> shop.lineCut = true);
    all.put("a slow line", shop -> shop.hanging.add(AgentEffect.Fetch.class));
    all.put("the download window", shop -> windows(shop, SUNDAY_NIGHT, List.of(), List.of()));
    all.put("building", shop -> shop.hanging.add(AgentEffect.Stage.class));
    all.put("a full disk", shop -> shop.tooLarge.add(second(shop).digest()));
    all.put("the switch window", shop -> windows(shop, List.of(), SUNDAY_NIGHT, List.of()));
    all.put("opening hours", shop -> windows(shop, List.of(), List.of(), ALWAYS));
    all.put("a freeze", BlockedTest::freeze);
    all.put("no permit", shop -> shop.hub.gate = Gate.shut(ROLLOUT, 2));
    all.put("a permit to come", shop -> permit(shop, HOUR, 2 * HOUR));
    all.put("a permit that is over", shop -> permit(shop, -2 * HOUR, -HOUR));
    all.put(
        "a permit without a window",
        shop -> {
          permit(shop, 0, HOUR);
          windows(shop, List.of(), SUNDAY_NIGHT, List.of());
        });
    all.put(
        "a wrong clock",
        shop -> {
          windows(shop, List.of(), SUNDAY_NIGHT, List.of());
          shop.seconds(2);
          shop.hub.keepsAckedBack = true;
          shop.setClock(4_711);
        });
    all.put("a need", shop -> shop.hub.assign(needing(shop)));
    all.put("switching", shop -> shop.hanging.add(AgentEffect.Switch.class));
    all.put("no answer of the probes", shop -> shop.hanging.add(AgentEffect.RunProbe.class));
    all.put("its probes", shop -> shop.bad.add(second(shop).digest()));
    return all;
  }

  @Test
  void whateverStandsInTheWayHasASentenceOfItsOwn() {
    Map<String, String> sentences = new LinkedHashMap<>();
    Set<Class<?>> states = new HashSet<>();
    obstacles()
        .forEach(
            (what, obstacle) -> {
              Shop shop = new Shop();
              Publisher.Signed first = shop.release("1.0");
              shop.hub.assign(first);
              shop.startAgent();
              shop.until("the first is live", () -> shop.isLive(first.digest()));
              obstacle.accept(shop);
              if (!what.equals("not for this fleet") && !what.equals("a need")) {
                shop.hub.assign(second(shop));
              }
              for (int second = 0; second < 90; second++) {
                shop.seconds(1);
                states.add(shop.state().getClass());
                ApplicationStatus status = status(shop);
                assertThat(status.reasons()).as(what).isNotEmpty();
                if (!(shop.state() instanceof ReleaseState.Live)) {
                  assertThat(status.reasons()).as(what).doesNotContain(new Reason.UpToDate());
                }
              }
              assertThat(shop.isLive(second(shop).digest())).as(what).isFalse();
              String sentence = ReasonText.say(status(shop).reasons().getFirst());
              assertThat(sentences.values()).as(what).doesNotContain(sentence);
              sentences.put(what, sentence);
            });

    assertThat(Arrays.asList(ReleaseState.class.getPermittedSubclasses()))
        .filteredOn(it -> !states.contains(it))
        .as("states that the test does not show: they last for no second")
        .containsOnly(
            ReleaseState.Absent.class,
            ReleaseState.SwitchingBack.class,
            ReleaseState.Removing.class);
  }

  private static ApplicationStatus status(Shop shop) {
    ReportBody.State state = shop.core().state(shop.now());
    return state.applications().getFirst();
  }

  private static Publisher.Signed second(Shop shop) {
    return shop.release("2.0");
  }

  private static Publisher.Signed needing(Shop shop) {
    return shop.known(
        shop.publisher.sign(
            Publisher.needing(Shop.APP, "2.0", new Need(new Name("model"), "1.4"))));
  }

  private static Publisher.Signed foreign(Shop shop) {
    return shop.publisher.sign(Publisher.manifest(Shop.APP, "2.0", 0, List.of("south")));
  }

  private static void assign(
      Shop shop, Publisher.Signed release, @Nullable Gate gate, @Nullable WindowsSection windows) {
    shop.hub.gate = gate;
    shop.hub.windows = windows;
    shop.hub.assign(release);
  }

  private static void permit(Shop shop, long from, long until) {
    long now = shop.now().wallMillis();
    shop.hub.gate = Gate.of(new Permit(ROLLOUT, 2, now + from, now + until));
  }

  private static void windows(
      Shop shop, List<WeekSpan> download, List<WeekSpan> switching, List<WeekSpan> open) {
    shop.hub.windows = section(download, switching, open, List.of());
  }

  private static void freeze(Shop shop) {
    LocalDate day = LocalDate.of(2026, 9, 1);
    DateSpan dates = new DateSpan(day, day.plusDays(60));
    shop.hub.windows = section(List.of(), List.of(), List.of(), List.of(dates));
  }

  private static WindowsSection section(
      List<WeekSpan> download,
      List<WeekSpan> switching,
      List<WeekSpan> open,
      List<DateSpan> freezes) {
    return new WindowsSection(
        new ZoneOffsets("Europe/Berlin", 7200, List.of()),
        download,
        switching,
        open,
        freezes,
        null);
  }
}
