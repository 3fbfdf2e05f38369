package dev.tombolo.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Need;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Applications that need each other go in the right order, with no hub to ask.
class NeedTest {
  /// Before the model in the order of names, so that order alone does not help.
  private static final Name COUNTING = new Name("a-counting");

  private static final Name MODEL = new Name("model");

  private final Shop shop = new Shop();

  private Publisher.Signed model(String version) {
    return shop.known(shop.publisher.sign(Publisher.manifest(MODEL, version, 0, List.of("*"))));
  }

  private Publisher.Signed counting(String version, String atLeast) {
    return shop.known(
        shop.publisher.sign(Publisher.needing(COUNTING, version, new Need(MODEL, atLeast))));
  }

  private ApplicationStatus status(Name name) {
    return shop.core().state(shop.now()).applications().stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private boolean has(Name name) {
    return shop.core().state(shop.now()).applications().stream()
        .anyMatch(it -> it.name().equals(name));
  }

  private boolean isLive(Publisher.Signed release) {
    Name name = release.manifest().name();
    return shop.core().state(shop.now()).applications().stream()
        .anyMatch(
            it ->
                it.name().equals(name)
                    && it.phase() == ApplicationStatus.Phase.LIVE
                    && release.digest().equals(it.live()));
  }

  @Test
  void modelGoesBeforeTheWorkloadThatNeedsIt() {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);

    shop.startAgent();
    shop.until(
        "the workload is staged",
        () -> has(COUNTING) && status(COUNTING).phase() == ApplicationStatus.Phase.STAGED);

    assertThat(status(COUNTING).reasons())
        .first()
        .isEqualTo(new Reason.NeedNotLive("model", "1.4.0", "", "1.4.0"));
    shop.until("the model is live", () -> isLive(model));
    assertThat(status(COUNTING).phase()).isNotEqualTo(ApplicationStatus.Phase.LIVE);
    shop.until("the workload is live", () -> isLive(counting));
  }

  @Test
  void workloadWaitsForItsModelWithTheLineDown() {
    Publisher.Signed old = model("1.3.0");
    Publisher.Signed counting = counting("1.0.0", "1.0.0");
    shop.hub.assign(counting, old);
    shop.startAgent();
    shop.until("both are live", () -> isLive(old) && isLive(counting));
    Publisher.Signed next = counting("2.0.0", "1.4");
    shop.hub.assign(next, old);
    shop.until("it is staged", () -> status(COUNTING).phase() == ApplicationStatus.Phase.STAGED);
    shop.cutLine();
    shop.killAgent();
    shop.startAgent();

    shop.seconds(600);

    assertThat(status(COUNTING).liveVersion()).isEqualTo("1.0.0");
    assertThat(status(COUNTING).reasons().stream().map(ReasonText::say))
        .contains(
            "The switch waits until model 1.4 or newer is live here; 1.3.0 is, and no other is on"
                + " its way.");
  }

  @Test
  void modelStaysWhileARunningWorkloadNeedsIt() {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(counting));
    Publisher.Signed older = model("1.3.9");

    shop.hub.assign(counting, older);
    shop.seconds(600);

    assertThat(status(MODEL).liveVersion()).isEqualTo("1.4.0");
    assertThat(status(MODEL).reasons())
        .contains(new Reason.NeededHere("a-counting@2.0.0", "1.4.0", "1.3.9"));
  }

  /// Seed 19: the mirror of a damaged database had no documents left.
  @Test
  void modelStaysAlsoWhenTheReleaseThatNeedsItIsLost() {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(counting));
    shop.cutLine();
    shop.killAgent();
    shop.store.loseDocuments();
    Publisher.Signed older = model("1.3.9");
    Publisher.Signed earlier = counting("1.0.0", "1.0.0");
    shop.unbuildable.put(earlier.digest(), Shop.NO_ROOM);

    shop.lineCut = false;
    shop.hub.assign(earlier, older);
    shop.startAgent();
    shop.seconds(600);

    assertThat(status(MODEL).liveVersion()).isEqualTo("1.4.0");
    assertThat(status(MODEL).reasons())
        .contains(new Reason.NeededHere("a-counting@2.0.0", "1.4.0", "1.3.9"));
    shop.unbuildable.clear();
    shop.until("both have gone back", () -> isLive(older) && isLive(earlier));
  }

  /// An agent of before that did not write it down.
  @Test
  void whatIsNeededIsLearnedOfReleasesThatAnAgentBeforeTookUp() throws Exception {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(counting));
    shop.killAgent();
    for (AgentSnapshot.Application it : shop.store.load().applications()) {
      shop.store.commit(
          List.of(
              new AgentChange.ApplicationKept(
                  new AgentSnapshot.Application(it.name(), it.state(), it.sinceWallMillis()))));
    }

    shop.startAgent();

    assertThat(shop.store.load().applications())
        .filteredOn(it -> it.name().equals(COUNTING))
        .singleElement()
        .extracting(AgentSnapshot.Application::needs)
        .isEqualTo(Map.of(counting.digest(), List.of(new Need(MODEL, "1.4.0"))));
  }

  @Test
  void bothGoBackTheWorkloadFirst() {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(counting));
    Publisher.Signed older = model("1.3.0");
    Publisher.Signed earlier = counting("1.0.0", "1.0.0");

    shop.hub.assign(earlier, older);
    shop.until("the model has gone back", () -> isLive(older));

    assertThat(isLive(earlier)).isTrue();
  }

  @Test
  void modelMayGoForward() {
    Publisher.Signed model = model("1.4.0");
    Publisher.Signed counting = counting("2.0.0", "1.4.0");
    shop.hub.assign(counting, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(counting));
    Publisher.Signed newer = model("1.10.0");

    shop.hub.assign(counting, newer);

    shop.until("the newer model is live", () -> isLive(newer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a-counting", "z-counting"})
  void ofTwoThatGoInTheSameMomentNoneBreaksTheOther(String counting) {
    Publisher.Signed model = model("2.0.0");
    Name name = new Name(counting);
    Publisher.Signed first =
        shop.known(shop.publisher.sign(Publisher.manifest(name, "1.0.0", 0, List.of("*"))));
    shop.hub.assign(first, model);
    shop.startAgent();
    shop.until("both are live", () -> isLive(model) && isLive(first));
    Publisher.Signed older = model("1.0.0");
    Publisher.Signed next =
        shop.known(shop.publisher.sign(Publisher.needing(name, "2.0.0", new Need(MODEL, "2.0.0"))));
    shop.hub.windows = WindowTest.nights(22, 23);
    shop.hub.assign(next, older);
    shop.until(
        "both are staged",
        () ->
            status(MODEL).phase() == ApplicationStatus.Phase.STAGED
                && status(name).phase() == ApplicationStatus.Phase.STAGED);

    shop.pass(6 * 3_600_000L);
    shop.seconds(600);

    assertThat(isLive(next) && isLive(older)).isFalse();
    assertThat(isLive(next) || isLive(older)).isTrue();
    assertThat(status(MODEL).liveVersion()).isEqualTo(isLive(next) ? "2.0.0" : "1.0.0");
  }
}
