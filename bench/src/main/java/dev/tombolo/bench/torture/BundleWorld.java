package dev.tombolo.bench.torture;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.line.LineMode;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.BundleAsk;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.ReleaseRow;
import dev.tombolo.protocol.codec.MalformedException;
import dev.tombolo.protocol.desired.DesiredManifest;
import dev.tombolo.protocol.desired.Section;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A hub, and two devices of one site behind one line that share what comes: one fetches, the other
/// copies. Versions of one model, and the bundles from each to each.
final class BundleWorld implements AutoCloseable {
  static final int VERSIONS = 5;

  private static final String FLEET = "shops";
  private static final String NAME = "model";
  private static final int MODEL_BYTES = 1_200_000;
  private static final int CHANGE_BYTES = 8;
  private static final double CHANGE_SHARE = 0.04;
  private static final Duration LIMIT = Duration.ofMinutes(8);

  /// The changes between the versions, and two of them whole.
  private static final int QUOTA_MEBIBYTES = 4;

  /// Which change it makes, then its SHA-256.
  private static final Pattern SHELVED =
      Pattern.compile("[0-9a-f]{64}\\.0_(?:nothing|[0-9a-f]{64}\\.0)_(?:none|([0-9a-f]{64}))");

  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private final Path folder;
  private final Random random;
  private final HubClient client;
  private final Map<String, Digest> releases = new HashMap<>();
  private final Map<String, byte[]> models = new HashMap<>();
  private final Map<String, Long> bundleBytes = new HashMap<>();

  /// To each version, from all others.
  private final Map<String, Set<Digest>> bundles = new HashMap<>();

  final RunningHub hub;
  final Line line;
  final List<RunningAgent> agents = new ArrayList<>();
  final List<AgentDisk> disks = new ArrayList<>();

  BundleWorld(Random random, int agentCount)
      throws IOException, InterruptedException, SQLException {
    this.random = random;
    folder = Leftovers.folder("tombolo-torture-bundle");
    Path config = folder.resolve("hub.yaml");
    Files.writeString(config, "bundles: {maxBytes: " + QUOTA_MEBIBYTES + "MiB}\n");
    hub = RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
    client = hub.client();
    hub.prepare(FLEET);
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: UTC}");
    line = Line.listen(0, new InetSocketAddress(RunningHub.HOST, hub.edgePort()));
    for (int number = 1; number <= agentCount; number++) {
      Path data = folder.resolve("agent-" + number);
      String endpoint = "localhost:" + line.port();
      agents.add(
          RunningAgent.join(
              hub.distributions(),
              data,
              hub.token("--fleet", FLEET, "--site", "store-1", "--endpoint", endpoint),
              List.of("link.backoffMaxSeconds=1")));
      disks.add(new AgentDisk(data));
    }
    byte[] model = letters(MODEL_BYTES);
    for (int version = 1; version <= VERSIONS; version++) {
      push(Integer.toString(version), model);
      model = changed(model);
    }
    for (ReleaseRow row : client.list(ReleaseRow.class, "/releases")) {
      releases.put(row.version(), Digest.ofHex(row.digest().replace(Digest.PREFIX, "")));
    }
    assign("1");
    awaitLive("1");
    for (String target : releases.keySet()) {
      for (String base : releases.keySet()) {
        if (!base.equals(target)) {
          BundleAnswer bundle = awaitBundle(base, target);
          bundleBytes.put(base + target, bundle.bytes());
          bundles.computeIfAbsent(target, unseen -> new HashSet<>()).add(digestOf(bundle));
        }
      }
    }
  }

  private byte[] letters(int bytes) {
    byte[] letters = LETTERS.getBytes(StandardCharsets.US_ASCII);
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = letters[random.nextInt(letters.length)];
    }
    return text;
  }

  private byte[] changed(byte[] model) {
    byte[] changed = model.clone();
    for (int i = 0; i < model.length * CHANGE_SHARE / CHANGE_BYTES; i++) {
      int at = random.nextInt(model.length - CHANGE_BYTES);
      System.arraycopy(letters(CHANGE_BYTES), 0, changed, at, CHANGE_BYTES);
    }
    return changed;
  }

  private void push(String version, byte[] model) throws IOException, InterruptedException {
    models.put(version, model);
    Path made = Files.createDirectories(folder.resolve(NAME + "-" + version));
    Files.write(made.resolve("model.bin"), model);
    SmallRelease.push(
        hub,
        made,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: model, version: "%s"}
        spec:
          kind: model
          variants:
            - files: [{from: model.bin}]
        """
            .formatted(version));
  }

  private static Digest digestOf(BundleAnswer bundle) {
    String text = Objects.requireNonNull(bundle.bundle(), "it is made");
    return Digest.ofHex(text.replace(Digest.PREFIX, ""));
  }

  private BundleAnswer awaitBundle(String base, String target) throws InterruptedException {
    BundleAsk ask = new BundleAsk(side(target), side(base));
    return Await.until(
        LIMIT,
        () -> "the bundle from " + base + " to " + target + "; " + hub.process().tail(),
        () -> {
          BundleAnswer answer = client.post(BundleAnswer.class, "/bundles", ask);
          return answer.bundle() == null ? null : answer;
        });
  }

  private String side(String version) {
    return digest(version).hex() + ".0";
  }

  private Digest digest(String version) {
    return Objects.requireNonNull(releases.get(version));
  }

  long bundleBytes(String base, String target) {
    return bundleBytes.getOrDefault(base + target, 0L);
  }

  /// @return false when the hub did not answer
  boolean assign(String version) {
    try {
      client.post(
          Changes.class, "/assign", new AssignAsk(NAME + "@" + version, FLEET, null, null, null));
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  /// Waits until the hub has heard from all that they run it.
  void awaitLive(String version) throws InterruptedException {
    Await.untilTrue(
        LIMIT, () -> "version " + version + " live on all; " + tails(), () -> isLive(version));
  }

  private boolean isLive(String version) {
    try {
      return client.list(DeviceRow.class, "/devices").stream()
              .flatMap(device -> device.applications().stream())
              .filter(it -> version.equals(it.live()) && it.phase().equals("live"))
              .count()
          == agents.size();
    } catch (Failure e) {
      return false;
    }
  }

  /// Every device that is not this one runs the version, as its disk says.
  boolean isLiveWithout(int which, String version) throws SQLException, IOException {
    for (int i = 0; i < agents.size(); i++) {
      if (i != which && !isLiveOn(i, version)) {
        return false;
      }
    }
    return true;
  }

  private boolean isLiveOn(int which, String version) throws SQLException, IOException {
    AgentDisk disk = disks.get(which);
    return disk.phase().equals("live")
        && disk.current(NAME).getFileName().toString().equals(digest(version).hex());
  }

  /// The first device has the bundle to the version, or what it makes, and the others have heard of
  /// the version.
  boolean needsNoHub(String version) throws SQLException, IOException {
    if (!isWholeOn(disks.getFirst(), version)) {
      return false;
    }
    try {
      Optional<Digest> signed = release(disks.getFirst());
      for (AgentDisk disk : disks) {
        if (!release(disk).equals(signed)) {
          return false;
        }
      }
      return true;
    } catch (MalformedException e) {
      throw new IllegalStateException("a document on a disk does not read", e);
    }
  }

  private boolean isWholeOn(AgentDisk disk, String version) {
    byte[] model = Objects.requireNonNull(models.get(version));
    return Stream.concat(
            Stream.of(Digest.of(model)), bundles.getOrDefault(version, Set.of()).stream())
        .anyMatch(it -> Files.exists(disk.files().resolve(it.hex())));
  }

  /// The release's section in the document in force.
  private static Optional<Digest> release(AgentDisk disk) throws SQLException, MalformedException {
    return disk.document().stream()
        .flatMap(it -> it.sections().stream())
        .filter(it -> it.name().equals(Section.RELEASE_PREFIX + NAME))
        .map(DesiredManifest.SectionRef::digest)
        .findFirst();
  }

  /// What each device says for itself, then what all processes said last.
  String story() {
    StringBuilder story = new StringBuilder();
    for (RunningAgent agent : agents) {
      story.append(agent.data().getFileName()).append(": ");
      try {
        story.append(agent.look("why"));
      } catch (IOException e) {
        story.append(e).append('\n');
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return story + tails();
  }

  String tails() {
    return agents.stream().map(it -> it.process().tail()).collect(Collectors.joining("\n"))
        + hub.process().tail();
  }

  /// What is live is what was pushed, to the byte, and nothing lies about that nobody needs: of an
  /// agent the files of the live and the previous release, and one bundle that it keeps for its
  /// neighbours; of the hub whole bundles, and no more than its quota.
  void check(String version, String before) throws IOException, InterruptedException {
    byte[] wanted = Objects.requireNonNull(models.get(version));
    byte[] previous = Objects.requireNonNull(models.get(before));
    for (RunningAgent agent : agents) {
      Path live = agent.data().resolve("apps/model/current").toRealPath().resolve("model.bin");
      Invariants.hold(
          java.util.Arrays.equals(Files.readAllBytes(live), wanted),
          "I4",
          live + " is not what was pushed as version " + version);
      Set<String> needed = Set.of(Digest.of(wanted).hex(), Digest.of(previous).hex());
      Path store = agent.data().resolve("files");
      Await.untilTrue(
          LIMIT,
          () -> "only what is needed in " + store + ": " + names(store),
          () ->
              isTidy(names(store), needed) && names(agent.data().resolve("releases")).size() <= 2);
    }
    Path making = folder.resolve("hub/bundles/making");
    Await.untilTrue(LIMIT, () -> making + " to be empty", () -> names(making).isEmpty());
    checkShelf();
  }

  private void checkShelf() throws IOException, InterruptedException {
    Path shelf = folder.resolve("hub/bundles");
    long quota = (long) QUOTA_MEBIBYTES << 20;
    Await.untilTrue(
        LIMIT,
        () -> shelf + " to be within " + quota + " bytes: " + names(shelf),
        () -> bytesIn(shelf) <= quota);
    for (String name : names(shelf)) {
      Matcher shelved = SHELVED.matcher(name);
      boolean isKnown = name.equals("making") || shelved.matches();
      Invariants.hold(isKnown, "I7", shelf.resolve(name) + " is no bundle");
      String digest = name.equals("making") ? null : shelved.group(1);
      if (digest != null) {
        byte[] content = Files.readAllBytes(shelf.resolve(name));
        Invariants.hold(
            Digest.of(content).hex().equals(digest),
            "I4",
            shelf.resolve(name) + " is not the bundle of its name");
      }
    }
  }

  private static long bytesIn(Path shelf) throws IOException {
    try (Stream<Path> files = Files.list(shelf)) {
      return files.filter(Files::isRegularFile).mapToLong(it -> it.toFile().length()).sum();
    }
  }

  private static boolean isTidy(Set<String> names, Set<String> needed) {
    return names.containsAll(needed)
        && names.size() <= needed.size() + 1
        && names.stream().allMatch(name -> name.matches("[0-9a-f]{64}"));
  }

  private static Set<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      return Set.of(e.toString());
    }
  }

  @Override
  public void close() throws IOException, SQLException {
    line.set(new LineMode.Open());
    for (RunningAgent agent : agents) {
      agent.close();
    }
    for (AgentDisk disk : disks) {
      disk.close();
    }
    client.close();
    line.close();
    hub.close();
    Folders.remove(folder);
  }
}
