package dev.tombolo.bench.demo;

import dev.tombolo.bench.demo.DeviceSeen.ApplicationSeen;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Distributions;
import dev.tombolo.bench.process.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// The demo's stage: head office with a hub, three shops, and what is known of them. Holds the
/// claims made in the step under way.
final class Town {
  static final String FLEET = "shops";
  private static final int SHOPS = 3;
  private static final int BAR_COLUMNS = 12;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration BUNDLE_LIMIT = Duration.ofMinutes(8);

  private final Path folder;
  private final Screen screen;
  private final Shell shell;
  private final Hub hub;
  private final List<Shop> shops;
  private final Models models;
  private final WorkloadRuntime runtime;
  private final List<String> claims = new ArrayList<>();
  private Optional<DarkCount> dark = Optional.empty();

  private Town(
      Path folder,
      Screen screen,
      Shell shell,
      Hub hub,
      List<Shop> shops,
      Models models,
      WorkloadRuntime runtime) {
    this.folder = folder;
    this.screen = screen;
    this.shell = shell;
    this.hub = hub;
    this.shops = List.copyOf(shops);
    this.models = models;
    this.runtime = runtime;
  }

  static Town build(Path folder, Distributions distributions, Processes processes, Screen screen)
      throws IOException {
    Hub hub = new Hub(folder.resolve("hub"), Ports.next(), Ports.next());
    var shell =
        new Shell(folder, distributions, hub.environment(), processes, screen, new Stopwatch());
    List<Shop> shops = new ArrayList<>();
    for (int number = 1; number <= SHOPS; number++) {
      shops.add(new Shop(number));
    }
    WorkloadRuntime runtime = WorkloadRuntime.prepare(folder);
    return new Town(folder, screen, shell, hub, shops, Models.unpack(folder), runtime);
  }

  Path folder() {
    return folder;
  }

  Screen screen() {
    return screen;
  }

  Shell shell() {
    return shell;
  }

  Hub hub() {
    return hub;
  }

  List<Shop> shops() {
    return shops;
  }

  /// Counted from 1, as the shops are.
  Shop shop(int number) {
    return shops.get(number - 1);
  }

  Models models() {
    return models;
  }

  WorkloadRuntime runtime() {
    return runtime;
  }

  /// Shows that `claim` holds.
  ///
  /// @throws ClaimBroken when it does not
  void claim(String claim, boolean holds) {
    claims.add(claim);
    if (!holds) {
      throw new ClaimBroken(claim);
    }
    screen.held(claim);
  }

  /// The claims since the last call.
  List<String> takeClaims() {
    List<String> taken = List.copyOf(claims);
    claims.clear();
    return taken;
  }

  void rememberDark(DarkCount count) {
    dark = Optional.of(count);
  }

  DarkCount dark() {
    return dark.orElseThrow();
  }

  /// Assigns it to the fleet, all shops at once. The hub has it, and makes the bundle that they
  /// will ask for.
  ///
  /// @param base what they run now; empty when nothing does
  void assign(ModelVersion model, Optional<ModelVersion> base)
      throws IOException, InterruptedException {
    awaitBundle(model, base);
    shell.tombolo("assign", model.release(), "--fleet", FLEET);
  }

  /// Rolls out what the hub has: one shop first, the others when that one is well.
  void rollOut(ModelVersion model, ModelVersion base, Shop canary)
      throws IOException, InterruptedException {
    awaitBundle(model, Optional.of(base));
    shell.tombolo(
        "rollout",
        "create",
        model.release(),
        "--fleet",
        FLEET,
        "--wave",
        "canary=" + canary.slot(),
        "--roll-back");
  }

  /// Waits until it is so.
  ///
  /// @param what completes "waited in vain for"
  void waitFor(String what, Duration limit, Await.Look<Boolean> look) throws InterruptedException {
    shell
        .stopwatch()
        .time(
            "waiting for " + what,
            () -> {
              Await.untilTrue(limit, PAUSE, () -> what, look);
              return what;
            });
  }

  /// Waits until the newest rollout stands so.
  RolloutSeen awaitRollout(String what, Duration limit, Predicate<RolloutSeen> wanted)
      throws IOException, InterruptedException {
    waitFor(
        what,
        limit,
        () -> {
          screen.progress(progress(hub.devices()));
          return hub.rollouts().stream().limit(1).anyMatch(wanted);
        });
    return hub.rollouts().getFirst();
  }

  void sign(ModelVersion model) throws IOException, InterruptedException {
    shell.tombolo(
        "release", "sign", "-f", model.yaml(), "--key", "publisher.key", "--out", "models");
  }

  /// Brings what is signed to the hub.
  void push(ModelVersion model) throws IOException, InterruptedException {
    shell.tombolo("release", "push", model.envelope());
  }

  /// While the shops are at something else.
  void bringNext(ModelVersion model) throws IOException, InterruptedException {
    screen.say("(meanwhile a publisher brings the next model; the hub packs what differs)");
    sign(model);
    push(model);
  }

  private void awaitBundle(ModelVersion model, Optional<ModelVersion> base)
      throws InterruptedException {
    waitFor(
        "the hub to have made the bundle to " + model.release(),
        BUNDLE_LIMIT,
        () -> hasBundle(model, base));
  }

  private boolean hasBundle(ModelVersion model, Optional<ModelVersion> base) throws IOException {
    String from = base.map(ModelVersion::release).orElse(null);
    return hub.bundles().stream()
        .anyMatch(
            bundle ->
                bundle.target().equals(model.release())
                    && Objects.equals(bundle.base(), from)
                    && bundle.standing().equals("made"));
  }

  /// Waits until the hub sees the wanted thing of each of these shops, with progress meanwhile. A
  /// hub too busy to answer is asked again.
  void await(String what, List<Shop> some, Duration limit, Predicate<DeviceSeen> wanted)
      throws InterruptedException {
    waitFor(
        what,
        limit,
        () -> {
          List<DeviceSeen> devices;
          try {
            devices = hub.devices();
          } catch (IOException e) {
            return false;
          }
          screen.progress(progress(devices));
          return some.stream()
              .allMatch(
                  shop ->
                      devices.stream()
                          .anyMatch(
                              device -> device.slot().equals(shop.slot()) && wanted.test(device)));
        });
  }

  /// Waits until the hub has heard that the model is live in these shops, then asks their services
  /// what they have really loaded.
  void awaitLive(ModelVersion model, List<Shop> some, Duration limit)
      throws IOException, InterruptedException {
    await(
        model.release() + " to be live in " + names(some),
        some,
        limit,
        device -> embedding(device).stream().anyMatch(seen -> seen.isLive(model.version())));
    claim("the hub sees %s live in %s".formatted(model.release(), names(some)), true);
    for (Shop shop : some) {
      claim(
          "%s's service has loaded exactly that model (%s...)"
              .formatted(shop.name(), model.modelDigest().substring(0, 12)),
          shop.health().model().equals(model.modelDigest()));
    }
  }

  static List<ApplicationSeen> embedding(DeviceSeen device) {
    return device.applications().stream()
        .filter(seen -> seen.name().equals(ModelVersion.NAME))
        .toList();
  }

  static String names(List<Shop> some) {
    return String.join(", ", some.stream().map(Shop::name).toList());
  }

  private static String progress(List<DeviceSeen> devices) {
    var line = new StringBuilder();
    for (DeviceSeen device : devices) {
      line.append("  ").append(device.site()).append(' ');
      List<ApplicationSeen> seen = embedding(device);
      if (seen.isEmpty()) {
        line.append(device.online() ? "online" : "offline");
      } else if (seen.getFirst().phase().equals("fetching")) {
        line.append(bar(seen.getFirst().bytesDone(), seen.getFirst().bytesTotal()));
      } else {
        line.append(seen.getFirst().phase());
      }
    }
    return line.toString();
  }

  private static String bar(long done, long total) {
    int filled = total == 0 ? 0 : (int) (BAR_COLUMNS * done / total);
    return "▕" + "█".repeat(filled) + " ".repeat(BAR_COLUMNS - filled) + "▏";
  }
}
