package dev.tombolo.bench;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.RolloutDetail;
import dev.tombolo.hub.http.api.RolloutRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A person steers what real devices do by the commands of `tombolo`, and is told by exit code, in
/// words and in JSON what came of it. One hub and four devices for all; each test has applications
/// of its own.
@Tag("slow")
class SteerIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String FIRST = "store-1/counter-1";
  private static final String SECOND = "store-1/counter-2";
  private static final String LAST = "store-1/counter-3";

  /// Of the site whose switch window is closed now.
  private static final String NIGHTLY = "store-2/counter-1";

  private static final Pattern ROLLOUT =
      Pattern.compile("\\{\"rollout\":\"(r[0-9]+)\",\"warnings\":\\[]}");

  @TempDir static Path folder;
  private static RunningHub hub;
  private static Path anna;
  private static final Map<String, RunningAgent> AGENTS = new TreeMap<>();

  @BeforeAll
  static void start() throws Exception {
    hub = RunningHub.start(folder);
    hub.prepare("shops");
    anna = folder.resolve("anna.token");
    Files.writeString(anna, hub.cli("user", "create", "anna"));
    LocalTime far = LocalTime.now(ZoneOffset.UTC).plusHours(11).withMinute(0);
    Path shops = folder.resolve("shops.yaml");
    Files.writeString(
        shops,
        site("store-1", "")
            + site("store-2", ", windows: {switch: [\"%tR-%tR\"]}".formatted(far, far.plusHours(1)))
            + Stream.of(FIRST, SECOND, LAST, NIGHTLY).map(SteerIT::slot).collect(joining()));
    hub.cli("apply", "-f", shops.toString());
    String token = hub.token("--fleet", "shops", "--site", "store-1", "--uses", "3");
    for (String slot : List.of(FIRST, SECOND, LAST)) {
      join(slot, token);
    }
    join(NIGHTLY, hub.token("--fleet", "shops", "--site", "store-2"));
  }

  private static String site(String name, String more) {
    return """
        apiVersion: tombolo.dev/v1
        kind: Site
        metadata: {name: %s}
        spec: {fleet: shops, timeZone: Etc/UTC%s}
        ---
        """
        .formatted(name, more);
  }

  private static String slot(String slot) {
    String[] place = slot.split("/", -1);
    return """
        apiVersion: tombolo.dev/v1
        kind: DeviceSlot
        metadata: {name: %s}
        spec: {site: %s}
        ---
        """
        .formatted(place[1], place[0]);
  }

  private static void join(String slot, String token) throws IOException, InterruptedException {
    AGENTS.put(
        slot,
        RunningAgent.join(
            hub.distributions(),
            folder.resolve(slot.replace('/', '-')),
            token,
            List.of("link.backoffMaxSeconds=1")));
  }

  @AfterAll
  static void end() {
    AGENTS.values().forEach(RunningAgent::close);
    AGENTS.values().forEach(RunningAgent::endWorkloads);
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aRolloutIsPausedResumedAbortedTriedAgainAndTakenBackByAPerson() throws Exception {
    Path mended = folder.resolve("mended");
    pushTill("1", "true");
    // On the last device it ends at once, until somebody has mended what is wrong there.
    pushTill("2", "[ -e '" + mended + "' ] || case $PWD in *counter-3*) exit 3 ;; esac");
    hub.cli("assign", "till@1", "--fleet", "shops", "--site", "store-1");
    for (String slot : List.of(FIRST, SECOND, LAST)) {
      awaitLive(slot, "till", "1");
    }
    String id = pausedBeforeItsCanaryIsBack();
    awaitWhy(FIRST, "till: The switch waits for a permit of rollout " + id);
    assertThat(hub.look("why", FIRST))
        .contains("Rollout " + id + " was paused by user:anna")
        .contains("tombolo rollout resume " + id);
    assertThat(agent(FIRST).look("status", "--json")).containsPattern(has("till", "staged", "1"));

    assertThat(steered("resume", id)).contains("goes on; wave rest needs its approval");
    refused("is rolling: only one that is paused can be resumed", "resume", id);
    awaitRollout(id, row -> row.succeeded() == 1 && row.words().contains("approve"));
    assertThat(shown(id)).contains("tombolo rollout approve " + id + " --wave rest");

    // Aborted by mistake.
    assertThat(steered("abort", id, "--why", "wrong shop")).contains("who has switched stays");
    refused("is aborted: only one that is paused can be resumed", "resume", id);
    refused("is aborted: it is over already", "abort", id);
    assertThat(shown(id)).contains("aborted by user:anna", "wrong shop");
    assertThat(hub.tryCli("rollout", "watch", id).exit()).isEqualTo(1);
    steered("retry", id);
    assertThat(listed(id)).contains("rolling");

    // Done, but for the one that it failed at.
    awaitRollout(id, row -> row.words().contains("approve"));
    steered("approve", id, "--wave", "rest");
    awaitRollout(id, row -> row.state().equals("completed"));
    assertThat(shown(id)).contains("done: 2 got it, 1 failed", LAST);
    assertThat(hub.look("why", LAST))
        .contains("Rollout " + id + " failed here", "tombolo rollout retry " + id);
    refused("is completed: only one that is rolling can be paused", "pause", id);
    refused("is completed: it is over already", "abort", id);
    Files.createFile(mended);
    assertThat(steered("retry", id)).contains("1 is tried again");
    awaitRollout(id, row -> row.state().equals("completed") && row.succeeded() == 3);
    assertThat(hub.cli("rollout", "watch", id)).contains("done: all 3 got it");
    refused("is completed: nobody has failed", "retry", id);

    // Taken back, all of them, once.
    assertThat(steered("rollback", id, "--why", "counts are off"))
        .contains("rolled back: 3 go back to what they had");
    refused("is rolled back: there is nothing to roll back", "rollback", id);
    refused("is rolled back: only one that is", "retry", id);
    for (String slot : List.of(FIRST, SECOND, LAST)) {
      awaitLive(slot, "till", "1");
    }
    awaitRollout(id, row -> row.words().contains("3 are back on what they had"));
    assertThat(shown(id)).contains("rolled back by user:anna", "counts are off");
    assertThat(listed(id)).contains("rolled-back");
    assertThat(hub.cli("audit", "list", "--last", "200").lines())
        .filteredOn(line -> (line + " ").contains(" rollout " + id + " "))
        .filteredOn(line -> line.contains("user:anna"))
        .extracting(line -> line.replaceFirst(".* (rollout-[a-z]+) .*", "$1"))
        .containsExactly(
            "rollout-create",
            "rollout-pause",
            "rollout-resume",
            "rollout-abort",
            "rollout-retry",
            "rollout-approve",
            "rollout-retry",
            "rollout-rollback");

    assertThat(tried("pause", "r999").exit()).isEqualTo(4);
    assertThat(tried("pause").exit()).isEqualTo(2);
  }

  /// Paused while its canary is off: that comes back, downloads, and gets no permit.
  private static String pausedBeforeItsCanaryIsBack() throws Exception {
    agent(FIRST).stop();
    try {
      String wave = "canary=" + FIRST + ",approval";
      String id = begun("till@2", "--wave", wave, "--per-site", "0", "--abort-percent", "0");
      assertThat(steered("pause", id, "--json"))
          .isEqualTo("{\"changes\":[\"%s paused; no new permits, 0 may still be used\"]}", id);
      refused("is paused: only one that is rolling can be paused", "pause", id);
      refused("is paused: only one that is rolling can be approved", "approve", id);
      refused("is paused: only one that is rolling, completed or aborted", "retry", id);
      assertThat(listed(id)).contains("till@2", "paused");
      assertThat(shown(id)).contains("paused by user:anna; go on with resume");
      return id;
    } finally {
      agent(FIRST).startAgain();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aPersonMayHaveADeviceSwitchOutsideItsWindow() throws Exception {
    SmallRelease.push(hub, "1");
    SmallRelease.push(hub, "2");
    hub.cli("assign", "small@1", "--fleet", "shops", "--site", "store-2");
    awaitLive(NIGHTLY, "small", "1");
    hub.cli("assign", "small@2", "--fleet", "shops", "--site", "store-2");
    awaitWhy(NIGHTLY, "small: The switch waits for its window, which opens ");
    Await.untilTrue(
        LIMIT,
        () -> "why at the hub",
        () -> hub.look("why", NIGHTLY).contains("The switch waits for its window, which opens "));
    assertThat(agent(NIGHTLY).look("status", "--json"))
        .containsPattern(has("small", "staged", "1"));

    Command nobody = as("override", "store-2/counter-7", "--now");
    Command lifted = as("override", NIGHTLY, "--now", "--for", "30m", "--why", "ticket 4711");

    assertThat(nobody.exit()).as(nobody.toString()).isEqualTo(4);
    assertThat(lifted.orThrow().out()).contains(NIGHTLY + " windows lifted until ");
    awaitLive(NIGHTLY, "small", "2");
    assertThat(agent(NIGHTLY).look("why")).contains("An operator has lifted");
    assertThat(hub.cli("audit", "list", "--last", "200", "--json"))
        .containsPattern(
            "\"principal\":\"user:anna\",\"action\":\"override\",\"subject\":\"[^\"]*"
                + NIGHTLY
                + "\"[^}]*ticket 4711");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aWorkloadWaitsOnTheDeviceForTheModelThatItNeeds() throws Exception {
    push("model", "1.0.0", "", "kind: model");
    push("model", "2.0.0", "", "kind: model");
    // It notes with which model it was started, each time.
    push(
        "counting",
        "1.0.0",
        "cat \"${TOMBOLO_CURRENT%/counting/*}/model/current/version.txt\" >>models; exec sleep 9999",
        "kind: app, needs: {model: \">=2.0.0\"}");
    hub.cli("assign", "model@1.0.0", "--fleet", "shops", "--site", "store-1");
    awaitLive(SECOND, "model", "1.0.0");
    Command tooEarly = as("assign", "counting@1.0.0", "--fleet", "shops", "--site", "store-1");
    assertThat(tooEarly.exit()).isEqualTo(1);
    assertThat(tooEarly.err()).contains("it needs model 2.0.0 or newer, and 1.0.0 is selected");

    String model = begun("model@2.0.0", "--wave", "canary=" + FIRST + ",approval");
    String counting = begun("counting@1.0.0", "--wave", "all=100%", "--per-site", "1");

    awaitLive(FIRST, "counting", "1.0.0");
    String waits = "The switch waits until model 2.0.0 or newer is live here; 1.0.0 is";
    awaitWhy(SECOND, "counting: " + waits);
    Await.untilTrue(LIMIT, () -> "why at the hub", () -> hub.look("why", SECOND).contains(waits));
    // One at a time in the site, and the one that waits keeps nobody from it.
    awaitRollout(counting, row -> row.succeeded() == 1 && row.failed() == 0);

    steered("approve", model, "--wave", "rest");

    for (String slot : List.of(FIRST, SECOND, LAST)) {
      awaitLive(slot, "model", "2.0.0");
      awaitLive(slot, "counting", "1.0.0");
      // It has no probes, so it may be live before it has noted anything.
      Path models = agent(slot).data().resolve("apps/counting/work/models");
      Await.untilTrue(
          LIMIT, () -> models + " to be noted", () -> !Files.readString(models).isEmpty());
      assertThat(models).hasContent("2.0.0");
    }
    awaitRollout(counting, row -> row.words().contains("done: all 3 got it"));
  }

  private static void pushTill(String version, String start) throws Exception {
    push("till", version, start + "; exec sleep 9999", "kind: app");
  }

  /// @param start what its workload does, in its work folder; empty: there is none
  private static void push(String name, String version, String start, String kind)
      throws Exception {
    Path release = Files.createDirectories(folder.resolve(name + "-" + version));
    Files.writeString(release.resolve("version.txt"), version + "\n");
    Files.writeString(release.resolve("serve.sh"), start + "\n");
    String workload =
        ", workload: {type: process, argv: [/bin/sh, \"${release.dir}/serve.sh\"], startup: 5s,"
            + " soak: 1s}";
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: %s, version: "%s"}
        spec: {%s, variants: [{files: [{from: version.txt}, {from: serve.sh}]%s}]}
        """
            .formatted(name, version, kind, start.isEmpty() ? "" : workload));
  }

  /// @return the id of the rollout that anna has begun at store-1
  private static String begun(String release, String... options) throws Exception {
    String[] scope = {"create", release, "--fleet", "shops", "--site", "store-1", "--json"};
    String said = steered(Stream.of(scope, options).flatMap(Arrays::stream).toArray(String[]::new));
    Matcher id = ROLLOUT.matcher(said);
    assertThat(id.matches()).as(said).isTrue();
    return id.group(1);
  }

  private static String steered(String... words) throws Exception {
    return tried(words).orThrow().out().strip();
  }

  private static void refused(String why, String... words) throws Exception {
    Command refused = tried(words);
    assertThat(refused.exit()).as(refused.toString()).isEqualTo(1);
    assertThat(refused.err()).contains(why);
    assertThat(refused.out()).isEmpty();
  }

  private static Command tried(String... words) throws Exception {
    return as(Stream.concat(Stream.of("rollout"), Stream.of(words)).toArray(String[]::new));
  }

  /// The command as anna runs it.
  private static Command as(String... words) throws IOException, InterruptedException {
    return hub.tryCli(
        Stream.concat(Stream.of(words), Stream.of("--token-file", anna.toString()))
            .toArray(String[]::new));
  }

  private static String listed(String id) throws Exception {
    return hub.look("rollout", "list", "--fleet", "shops")
        .lines()
        .filter(line -> line.startsWith(id + " "))
        .findFirst()
        .orElseThrow();
  }

  private static String shown(String id) throws Exception {
    return hub.look("rollout", "show", id);
  }

  private static RolloutRow rollout(String id) throws IOException {
    try (HubClient client = hub.client()) {
      return client.get(RolloutDetail.class, "/rollouts/" + id).rollout();
    }
  }

  private static void awaitRollout(String id, Predicate<RolloutRow> isMeant)
      throws InterruptedException {
    Await.untilTrue(LIMIT, () -> id + "; " + hub.process().tail(), () -> isMeant.test(rollout(id)));
  }

  private static void awaitLive(String slot, String application, String version)
      throws InterruptedException {
    Pattern live = has(application, "live", version);
    Await.untilTrue(
        LIMIT,
        () -> application + "@" + version + " live; " + agent(slot).process().tail(),
        () -> live.matcher(agent(slot).look("status", "--json")).find());
  }

  private static void awaitWhy(String slot, String words) throws InterruptedException {
    Await.untilTrue(
        LIMIT,
        () -> words + "; " + agent(slot).process().tail(),
        () -> agent(slot).look("why").contains(words));
  }

  private static Pattern has(String application, String phase, String version) {
    return Pattern.compile(
        "\"name\":\"%s\",\"phase\":\"%s\"[^{}]*\"liveVersion\":\"%s\""
            .formatted(application, phase, Pattern.quote(version)));
  }

  private static RunningAgent agent(String slot) {
    return Objects.requireNonNull(AGENTS.get(slot));
  }
}
