package dev.tombolo.agent.core;

import static dev.tombolo.protocol.reason.ReasonKind.ON_DEVICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.agent.release.PeerAnswer;
import dev.tombolo.agent.release.PeerStanding;
import dev.tombolo.agent.release.ReleaseState;
import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.desired.Gate;
import dev.tombolo.protocol.desired.LineSection;
import dev.tombolo.protocol.desired.PeersSection;
import dev.tombolo.protocol.desired.Permit;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.desired.WindowsSection;
import dev.tombolo.protocol.id.DeviceId;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.History;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.message.ApplicationStatus;
import dev.tombolo.protocol.message.ReportBody;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonKind;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.Need;
import dev.tombolo.protocol.release.Probe;
import dev.tombolo.protocol.release.ReleaseManifest;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.window.DateSpan;
import dev.tombolo.protocol.window.WeekSpan;
import dev.tombolo.protocol.window.ZoneOffsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Whatever keeps a release from being live, the device says which it is.
class BlockedTest {
  private static final long HOUR = 3_600_000;
  private static final ZoneOffsets ZONE = new ZoneOffsets("Europe/Berlin", 7200, List.of());
  private static final Name ROLLOUT = new Name("counting-2");
  private static final List<WeekSpan> SUNDAY_NIGHT = List.of(new WeekSpan(9_000, 9_060));
  private static final List<WeekSpan> ALWAYS = List.of(new WeekSpan(0, WeekSpan.WEEK_MINUTES));

  /// How one thing comes to stand in the way of the second release. Who does not send a document
  /// that has it gets the usual one.
  private static Map<String, Consumer<Shop>> obstacles() {
    Map<String, Consumer<Shop>> all = new LinkedHashMap<>();
    documents(all);
    releases(all);
    downloads(all);
    times(all);
    needs(all);
    trials(all);
    return all;
  }

  private static void documents(Map<String, Consumer<Shop>> all) {
    all.put("a document of another key", shop -> shop.hub.keys = HubKeys.OTHER);
    all.put("a document of another hub", shop -> shop.hub.history = new History(1, "impostor"));
    all.put(
        "a document for newer agents",
        shop -> shop.hub.publish(shop.hub.sections(), List.of("teleport")));
    all.put("a document that does not read", shop -> withWorkloads(shop, "{]"));
    all.put(
        "a document that is too large",
        shop -> withWorkloads(shop, " ".repeat(Limits.SECTION_BYTES_MAX + 1)));
    all.put("a document of which a part is missing", BlockedTest::withoutWorkloads);
    all.put("nothing that is assigned", shop -> shop.hub.assign());
  }

  private static void releases(Map<String, Consumer<Shop>> all) {
    all.put("not for this fleet", shop -> assign(shop, manifest(0, "south")));
    all.put("another publisher", shop -> shop.hub.assign(new Publisher().release(Shop.APP, "2.0")));
    all.put(
        "another release than was meant",
        shop -> {
          Publisher.Signed other = shop.release("2.1");
          shop.hub.assign(
              new Publisher.Signed(
                  second(shop).manifest(), other.envelope(), second(shop).digest()));
        });
    all.put(
        "an older floor",
        shop -> {
          Publisher.Signed floor = shop.known(shop.publisher.sign(manifest("1.5", 5, "*")));
          shop.hub.assign(floor);
          shop.until("the floor is raised", () -> shop.isLive(floor.digest()));
          assign(shop, manifest(3, "*"));
        });
    all.put("another machine", shop -> assign(shop, Publisher.onlyFor(Shop.APP, "2.0", "riscv64")));
    all.put("a parameter", shop -> shop.hub.assign(Map.of("threads", "99"), second(shop)));
    all.put(
        "a release that is not sound",
        shop -> assign(shop, Publisher.probing(Shop.APP, "2.0", new Probe.Tcp("p", 1, 1, "none"))));
    all.put(
        "a path",
        shop -> assign(shop, Publisher.with(Shop.APP, "2.0", List.of(file("../model.bin", 7)))));
  }

  private static Variant.File file(String path, long size) {
    return new Variant.File(path, size, Digest.ofText(path), false);
  }

  private static void downloads(Map<String, Consumer<Shop>> all) {
    all.put("the line", shop -> shop.lineCut = true);
    all.put("a slow line", shop -> shop.hanging.add(AgentEffect.Fetch.class));
    all.put(
        "a bundle in the making",
        shop -> {
          Publisher.Signed large = large(shop);
          shop.offers.put(
              Shop.pair(large, Optional.of(shop.release("1.0"))),
              new AgentEvent.BundleAnswer.None(new Reason.BundleAwaited(5), false, 5));
          shop.hub.assign(large);
        });
    all.put(
        "another device that is about to fetch", shop -> asksSite(shop, PeerStanding.CLAIMS, 0));
    all.put("another device that gives", shop -> asksSite(shop, PeerStanding.WHOLE, 1_000_000));
    all.put(
        "a person who has paused downloads",
        shop ->
            shop.hub.lineRules =
                new LineSection(ZONE, List.of(), new LineSection.Pause("ann", "inventory", 7)));
    all.put("the download window", shop -> windows(shop, SUNDAY_NIGHT, List.of(), List.of()));
    all.put("building", shop -> shop.hanging.add(AgentEffect.Stage.class));
    all.put("a full disk", shop -> shop.unbuildable.put(second(shop).digest(), Shop.NO_ROOM));
    all.put(
        "a broken disk",
        shop -> shop.unbuildable.put(second(shop).digest(), new Reason.IoFailed("write", "EIO")));
    all.put(
        "a file that is cut short",
        shop ->
            shop.unbuildable.put(
                second(shop).digest(), new Reason.SizeMismatch("model.bin", 1000, 7)));
  }

  private static void times(Map<String, Consumer<Shop>> all) {
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
        "a clock that was set",
        shop -> {
          windows(shop, List.of(), SUNDAY_NIGHT, List.of());
          shop.seconds(2);
          shop.hub.keepsAckedBack = true;
          shop.setClock(4_711);
        });
    all.put(
        "a clock that has lost its time",
        shop -> {
          windows(shop, List.of(), SUNDAY_NIGHT, List.of());
          shop.hub.assign(second(shop));
          shop.until("it is staged", () -> shop.state() instanceof ReleaseState.Staged);
          shop.lineHangs = true;
          shop.powerCut();
          shop.setClock(4_711_000);
          shop.startAgent();
        });
  }

  private static void needs(Map<String, Consumer<Shop>> all) {
    all.put(
        "a need",
        shop ->
            assign(shop, Publisher.needing(Shop.APP, "2.0", new Need(new Name("model"), "1.4"))));
    all.put(
        "somebody's need",
        shop -> {
          Publisher.Signed first = shop.release("1.0");
          Name counting = new Name("z-counting");
          Publisher.Signed needs =
              shop.known(
                  shop.publisher.sign(
                      Publisher.needing(counting, "1.0", new Need(Shop.APP, "1.0"))));
          shop.hub.assign(first, needs);
          shop.until("both run", () -> shop.processes.containsKey(counting));
          shop.seconds(60);
          shop.hub.assign(shop.release("0.9"), needs);
        });
  }

  private static void trials(Map<String, Consumer<Shop>> all) {
    all.put("switching", shop -> shop.hanging.add(AgentEffect.Switch.class));
    all.put("no answer of the probes", shop -> shop.hanging.add(AgentEffect.RunProbe.class));
    all.put("its probes", shop -> shop.bad.add(second(shop).digest()));
    all.put("answers that come too late", shop -> shop.late.add(second(shop).digest()));
    all.put("a workload that ends", shop -> shop.crashing.add(second(shop).digest()));
    all.put(
        "a process that does not take it on",
        shop -> {
          Publisher.Signed before = reloading(shop, "1.1");
          shop.hub.assign(before);
          shop.until("it is live", () -> shop.isLive(before.digest()));
          shop.refused.add(reloading(shop, "2.0").digest());
          shop.hub.assign(reloading(shop, "2.0"));
        });
    all.put("a long soak", shop -> assign(shop, Publisher.soaking(Shop.APP, "2.0", 3_600)));
    all.put(
        "nothing to go back to",
        shop -> {
          shop.hub.assign();
          shop.until("it is gone", () -> shop.state() instanceof ReleaseState.Absent);
          shop.bad.add(second(shop).digest());
        });
    all.put(
        "what runs hangs, and nothing else is wanted",
        shop -> {
          shop.hub.assign(shop.release("1.0"));
          shop.bad.add(shop.release("1.0").digest());
          shop.hanging.add(AgentEffect.StopWorkload.class);
          shop.until("it fails", () -> !words(shop).isEmpty());
        });
  }

  @Test
  void whateverStandsInTheWayHasASentenceOfItsOwn() {
    Map<String, String> sentences = new LinkedHashMap<>();
    Set<Class<?>> states = new HashSet<>();
    Set<Class<?>> given = new HashSet<>();
    obstacles()
        .forEach(
            (what, obstacle) -> {
              Shop shop = new Shop();
              Publisher.Signed first = shop.release("1.0");
              shop.hub.assign(first);
              shop.startAgent();
              shop.until("the first is live", () -> shop.isLive(first.digest()));
              long revision = shop.hub.revision;
              obstacle.accept(shop);
              if (shop.hub.revision == revision || isGone(shop)) {
                shop.hub.assign(second(shop));
              }
              for (int second = 0; second < 90; second++) {
                shop.seconds(1);
                states.add(shop.state().getClass());
                List<Reason> words = words(shop);
                assertThat(words).as(what).isNotEmpty();
                words.forEach(it -> given(it, given));
              }
              assertThat(status(shop).map(ApplicationStatus::liveVersion))
                  .as(what)
                  .isNotEqualTo(Optional.of("2.0"));
              Reason said = words(shop).getFirst();
              assertThat(ReasonKind.of(said)).as("%s: %s", what, said).isEqualTo(ON_DEVICE);
              String sentence = ReasonText.say(said);
              assertThat(sentences.values()).as(what).doesNotContain(sentence);
              sentences.put(what, sentence);
            });

    assertThat(ON_DEVICE.all())
        .filteredOn(it -> !given.contains(it))
        .as("reasons that the test does not bring about")
        .isEmpty();
    assertThat(Arrays.asList(ReleaseState.class.getPermittedSubclasses()))
        .filteredOn(it -> !states.contains(it))
        .as("states that the test does not show: they last for no second")
        .containsOnly(ReleaseState.SwitchingBack.class, ReleaseState.Removing.class);
  }

  private static boolean isGone(Shop shop) {
    return shop.state() instanceof ReleaseState.Absent;
  }

  /// What the device says, of itself and of the application, without what only stands beside it.
  private static List<Reason> words(Shop shop) {
    List<Reason> words = new ArrayList<>(shop.core().state(shop.now()).reasons());
    status(shop).ifPresent(it -> words.addAll(it.reasons()));
    if (status(shop).isEmpty()) {
      words.add(new Reason.NothingAssigned());
    }
    if (!(shop.state() instanceof ReleaseState.Live)) {
      assertThat(words).doesNotContain(new Reason.UpToDate());
    }
    words.removeIf(it -> !ReasonKind.of(it).isBlocking());
    return words;
  }

  /// With what it says of its cause.
  private static void given(Reason reason, Set<Class<?>> given) {
    given.add(reason.getClass());
    switch (reason) {
      case Reason.RolledBack it -> given(it.cause(), given);
      case Reason.RejectedHere it -> given(it.cause(), given);
      default -> {}
    }
  }

  private static Optional<ApplicationStatus> status(Shop shop) {
    ReportBody.State state = shop.core().state(shop.now());
    return state.applications().stream().filter(it -> it.name().equals(Shop.APP)).findFirst();
  }

  private static Publisher.Signed second(Shop shop) {
    return shop.release("2.0");
  }

  private static Publisher.Signed large(Shop shop) {
    return shop.known(shop.publisher.sign(Publisher.large(Shop.APP, "2.0")));
  }

  private static Publisher.Signed reloading(Shop shop, String version) {
    return shop.known(shop.publisher.sign(Publisher.reloading(Shop.APP, version)));
  }

  private static ReleaseManifest manifest(long floor, String fleet) {
    return manifest("2.0", floor, fleet);
  }

  private static ReleaseManifest manifest(String version, long floor, String fleet) {
    return Publisher.manifest(Shop.APP, version, floor, List.of(fleet));
  }

  private static void assign(Shop shop, ReleaseManifest manifest) {
    shop.hub.assign(shop.known(shop.publisher.sign(manifest)));
  }

  private static void withWorkloads(Shop shop, String text) {
    shop.hub.publish(List.of(new Section(Section.WORKLOADS, text)), List.of());
  }

  private static void withoutWorkloads(Shop shop) {
    shop.hub.lineClosed();
    shop.hub.assign(second(shop));
    shop.hub.lineOpened(shop.store.load().connects());
    shop.hub.send(
        shop.hub.sections().stream().filter(it -> !it.name().equals(Section.WORKLOADS)).toList());
  }

  /// There is another device in this site.
  private static void asksSite(Shop shop, PeerStanding standing, long bytes) {
    DeviceId other = DeviceId.ofKey(new byte[] {9});
    shop.killAgent();
    shop.lan = List.of("192.0.2.1:7443");
    shop.startAgent();
    shop.hanging.addAll(
        List.of(
            AgentEffect.ShareWith.class,
            AgentEffect.TellPeers.class,
            AgentEffect.TellMaking.class,
            AgentEffect.AskPeers.class,
            AgentEffect.CopyFromPeer.class,
            AgentEffect.Fetch.class));
    shop.hub.peers =
        new PeersSection(List.of(peer(other, "counter-2"), peer(Shop.DEVICE, "counter-1")));
    shop.hub.assign(large(shop));
    shop.until("asks the site", () -> shop.count(AgentEffect.AskPeers.class) > 0);
    AgentEffect.AskPeers asked = shop.last(AgentEffect.AskPeers.class);
    shop.tell(
        new AgentEvent.PeersAnswered(
            asked.content(), asked.question(), 0, List.of(new PeerAnswer(other, standing, bytes))));
  }

  private static PeersSection.Peer peer(DeviceId device, String slot) {
    return new PeersSection.Peer(device, new Name(slot), List.of(), List.of());
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
    return new WindowsSection(ZONE, download, switching, open, freezes, null);
  }
}
