package dev.tombolo.bench.load;

import dev.tombolo.bench.line.Line;
import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Folders;
import dev.tombolo.bench.process.Leftovers;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.ShopNetwork;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.http.api.AssignAsk;
import dev.tombolo.hub.http.api.BundleRow;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.DeviceRow;
import dev.tombolo.hub.http.api.UnassignAsk;
import dev.tombolo.protocol.id.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One new version for the devices of one shop behind one slow line: what the network interface
/// counts, and when the last device has it.
@Command(
    name = "site",
    description = {
      "One new version for all devices of a shop behind a slow line.",
      "Line by tbf, in a network namespace: bytes at the interface, and when the last device has",
      "unpacked and checked it; then with connections cut at random bytes, of those that bring more",
      "than 16 KiB. All devices share this machine's processors. Needs root, ip and tc."
    },
    mixinStandardHelpOptions = true)
public final class SiteBench implements Callable<Integer> {
  private static final String FLEET = "shops";
  private static final String FIRST_SLOT = "store-1/device-1";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

  /// A question and its answer, handshake and all, are never cut: what is cut is what brings a
  /// bundle or keeps the link.
  private static final long SPARED_BYTES = 16 * 1024;

  /// Ethernet, IPv4, TCP with timestamps.
  private static final int FRAME_HEADER_BYTES = 66;

  @Option(names = "--devices", defaultValue = "10", description = "of the shop (${DEFAULT-VALUE})")
  int devices;

  @Option(names = "--runs", defaultValue = "5", description = "without cuts (${DEFAULT-VALUE})")
  int runs;

  @Option(names = "--cut-runs", defaultValue = "5", description = "with cuts (${DEFAULT-VALUE})")
  int cutRuns;

  @Option(
      names = "--line",
      defaultValue = "10000",
      paramLabel = "KBIT",
      description = "the shop's line, kbit/s (${DEFAULT-VALUE})")
  int lineKilobits;

  @Option(
      names = "--megabytes",
      defaultValue = "40",
      description = "of the model; half of it changes (${DEFAULT-VALUE})")
  int megabytes;

  @Option(
      names = "--cut",
      defaultValue = "30",
      paramLabel = "PERCENT",
      description = "of connections, in the runs with cuts (${DEFAULT-VALUE})")
  int cutPercent;

  @Option(names = "--seed", defaultValue = "1", description = "for the cuts (${DEFAULT-VALUE})")
  long seed;

  @Mixin final FiguresFile file = new FiguresFile();

  private final Figures figures = new Figures("site");
  private final List<RunningAgent> agents = new ArrayList<>();
  private final AtomicLong lifeMax = new AtomicLong();

  /// Connections that were drawn for, so far.
  private final AtomicLong drawn = new AtomicLong();

  private int version;

  /// Seconds are from the command on, on the last device.
  ///
  /// @param arrived the bundle is there and checked
  /// @param verified what it makes is there and checked
  private record Run(
      long bundle,
      long bytes,
      long withoutHeaders,
      double arrived,
      double verified,
      double live,
      long drawn,
      long cuts) {
    double ratio() {
      return (double) bytes / bundle;
    }
  }

  @Override
  public Integer call() throws Exception {
    String missing = ShopNetwork.missing();
    if (!missing.isEmpty()) {
      System.err.println(missing);
      return 2;
    }
    Path folder = Leftovers.folder("tombolo-site");
    try (ShopNetwork shop = ShopNetwork.open()) {
      Path config = folder.resolve("hub.yaml");
      Files.writeString(config, "edge: {names: [localhost, %s]}\n".formatted(shop.hubAddress()));
      try (RunningHub hub =
              RunningHub.start(folder, List.of(), List.of("--config", config.toString()));
          Line line = line(shop, hub);
          HubClient client = hub.client()) {
        join(folder, shop, hub, line);
        measure(folder, shop, hub, line, client);
      } finally {
        agents.forEach(RunningAgent::close);
        agents.forEach(RunningAgent::endWorkloads);
      }
    } finally {
      Folders.remove(folder);
    }
    file.write(figures);
    return 0;
  }

  /// In front of the hub, on the shop's side of nothing: what it sends is shaped and counted.
  private Line line(ShopNetwork shop, RunningHub hub) throws IOException {
    Random random = new Random(seed);
    Share cut = new Share(cutPercent, random.nextInt(100));
    return Line.listen(
        new InetSocketAddress(InetAddress.ofLiteral(shop.hubAddress()), 0),
        new InetSocketAddress(RunningHub.HOST, hub.edgePort()),
        SPARED_BYTES,
        () -> {
          synchronized (random) {
            long most = lifeMax.get();
            if (most == 0) {
              return Long.MAX_VALUE;
            }
            drawn.incrementAndGet();
            return cut.next() ? 1 + random.nextLong(most) : Long.MAX_VALUE;
          }
        });
  }

  /// So many of a hundred, evenly: a few draws are enough to have their share.
  private static final class Share {
    private final int percent;
    private int sum;

    Share(int percent, int start) {
      this.percent = percent;
      this.sum = start;
    }

    boolean next() {
      sum += percent;
      boolean isOne = sum >= 100;
      sum %= 100;
      return isOne;
    }
  }

  private void join(Path folder, ShopNetwork shop, RunningHub hub, Line line)
      throws IOException, InterruptedException {
    hub.prepare(FLEET);
    hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
    String endpoint = shop.hubAddress() + ":" + line.port();
    for (int i = 1; i <= devices; i++) {
      String token = hub.token("--fleet", FLEET, "--site", "store-1", "--endpoint", endpoint);
      agents.add(
          RunningAgent.join(
              hub.distributions(),
              folder.resolve("agent-" + i),
              token,
              List.of("link.backoffMaxSeconds=2"),
              shop.around()));
    }
  }

  private void measure(Path folder, ShopNetwork shop, RunningHub hub, Line line, HubClient client)
      throws IOException, InterruptedException {
    push(folder, hub);
    assign(client, null);
    awaitLive(client, devices);
    shop.throttle(lineKilobits);
    Shop it = new Shop(folder, shop, hub, line, client);
    Run alone = it.run(FIRST_SLOT);
    client.post(
        Changes.class, "/unassign", new UnassignAsk("model", FLEET, null, FIRST_SLOT, null));
    assign(client, null);
    awaitLive(client, devices);
    figures.put("devices", devices);
    figures.put("line, kbit/s", lineKilobits);
    figures.put("bundle, bytes", alone.bundle());
    figures.put("bundle / line rate, s", alone.bundle() * 8.0 / (lineKilobits * 1000.0));
    figures.put("allowed for the last device: 1.15 x that + 2, s", allowed(alone));
    figures.put("one device alone: bytes at the interface", alone.bytes());
    figures.put("one device alone / bundle", alone.ratio());
    figures.put("one device alone: has the bundle after, s", alone.arrived());
    figures.put("one device alone: has unpacked after, s", alone.verified());
    report("all", it.runs(runs, 0), alone);
    report("all, %d %% cut".formatted(cutPercent), it.runs(cutRuns, alone.bundle()), alone);
  }

  private void report(String name, List<Run> done, Run alone) {
    if (done.isEmpty()) {
      return;
    }
    figures.putSpread(name + ": bytes at the interface / bundle", of(done, Run::ratio));
    figures.putSpread(
        name + ": the same without frame headers",
        of(done, run -> (double) run.withoutHeaders() / run.bundle()));
    figures.putSpread(
        name + ": bytes / those of one device alone", of(done, run -> run.ratio() / alone.ratio()));
    figures.putSpread(name + ": last has the bundle, checked, after, s", of(done, Run::arrived));
    figures.putSpread(
        name + ": last has the new version, unpacked and checked, after, s",
        of(done, Run::verified));
    figures.putSpread(
        name + ": the same, of what is allowed (aim: at most 1)",
        of(done, run -> run.verified() / allowed(run)));
    figures.putSpread(name + ": last live after, s", of(done, Run::live));
    if (name.contains("cut")) {
      figures.put(name + ": connections of 16 KiB and more", sum(done, Run::drawn));
      figures.put(name + ": of them cut", sum(done, Run::cuts));
    }
  }

  /// 1.15 times as long as the line takes for the bundle, and 2 s.
  private double allowed(Run run) {
    return 1.15 * run.bundle() * 8.0 / (lineKilobits * 1000.0) + 2;
  }

  private static long sum(List<Run> done, java.util.function.ToLongFunction<Run> what) {
    return done.stream().mapToLong(what).sum();
  }

  private static double[] of(List<Run> done, java.util.function.ToDoubleFunction<Run> what) {
    return done.stream().mapToDouble(what).toArray();
  }

  private final class Shop {
    private final Path folder;
    private final ShopNetwork shop;
    private final RunningHub hub;
    private final Line line;
    private final HubClient client;

    Shop(Path folder, ShopNetwork shop, RunningHub hub, Line line, HubClient client) {
      this.folder = folder;
      this.shop = shop;
      this.hub = hub;
      this.line = line;
      this.client = client;
    }

    /// @param life some connections are cut after at most so many bytes; 0: none
    List<Run> runs(int times, long life) throws IOException, InterruptedException {
      lifeMax.set(life);
      // Connections live as long as they were drawn for when they began.
      line.breakConnections();
      List<Run> done = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        done.add(run(null));
      }
      return done;
    }

    Run run(@Nullable String slot) throws IOException, InterruptedException {
      byte[] payload = push(folder, hub);
      BundleRow bundle = awaitBundle();
      awaitOnline();
      long bytes = shop.bytesIn();
      long frames = shop.framesIn();
      long cuts = line.cuts();
      long before = drawn.get();
      long begun = System.nanoTime();
      int wanted = slot == null ? devices : 1;
      assign(client, slot);
      Digest content = Digest.of(payload);
      // Who has unpacked it may have let go of it.
      awaitContent(List.of(digest(bundle), content), wanted);
      double arrived = (System.nanoTime() - begun) / 1e9;
      awaitContent(List.of(content), wanted);
      double verified = (System.nanoTime() - begun) / 1e9;
      awaitLive(client, wanted);
      double live = (System.nanoTime() - begun) / 1e9;
      long came = shop.bytesIn() - bytes;
      long headers = FRAME_HEADER_BYTES * (shop.framesIn() - frames);
      Run run =
          new Run(
              bundle.bytes(),
              came,
              came - headers,
              arrived,
              verified,
              live,
              drawn.get() - before,
              line.cuts() - cuts);
      System.out.printf(
          "%s: bundle %,d, came %,d (%.4f; %.4f without headers), bundle on all %.2f s,"
              + " verified %.2f s, live %.2f s, %d of %d connections cut%n",
          slot == null ? "all" : "one alone",
          run.bundle(),
          run.bytes(),
          run.ratio(),
          (double) run.withoutHeaders() / run.bundle(),
          arrived,
          verified,
          live,
          run.cuts(),
          run.drawn());
      return run;
    }

    private BundleRow awaitBundle() throws InterruptedException {
      String target = "model@" + version;
      String base = "model@" + (version - 1);
      return Await.until(
          LIMIT,
          () -> "the bundle from " + base + " to " + target,
          () ->
              client.list(BundleRow.class, "/bundles").stream()
                  .filter(row -> row.target().equals(target) && base.equals(row.base()))
                  .filter(row -> row.standing().equals("made"))
                  .findFirst()
                  .orElse(null));
    }

    private void awaitOnline() throws InterruptedException {
      await(
          "all devices to be online",
          () -> client.list(DeviceRow.class, "/devices").stream().allMatch(DeviceRow::online));
    }
  }

  /// Looks more often than [Await] does.
  private void awaitContent(List<Digest> anyOf, int wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (agents.stream().filter(agent -> anyOf.stream().anyMatch(it -> has(agent, it))).count()
        < wanted) {
      if (System.nanoTime() >= end) {
        throw new IllegalStateException("not all devices have it; " + tails());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private String tails() {
    StringBuilder all = new StringBuilder();
    agents.forEach(it -> all.append(it.process().tail()).append('\n'));
    return all.toString();
  }

  private static Digest digest(BundleRow bundle) {
    return Digest.ofHex(
        Objects.requireNonNull(bundle.bundle(), "it is made").substring(Digest.PREFIX.length()));
  }

  private static boolean has(RunningAgent agent, Digest content) {
    return Files.exists(agent.data().resolve("files").resolve(content.hex()));
  }

  private void assign(HubClient client, @Nullable String slot) {
    client.post(
        Changes.class, "/assign", new AssignAsk("model@" + version, FLEET, null, slot, null));
  }

  private void awaitLive(HubClient client, int wanted) throws InterruptedException {
    String live = Integer.toString(version);
    await(
        "model@" + live + " on " + wanted + " devices",
        () ->
            client.list(DeviceRow.class, "/devices").stream()
                    .flatMap(device -> device.applications().stream())
                    .filter(application -> live.equals(application.live()))
                    .count()
                >= wanted);
  }

  private void await(String what, BooleanSupplier so) throws InterruptedException {
    Await.untilTrue(
        LIMIT, () -> what + "; " + agents.getFirst().process().tail(), so::getAsBoolean);
  }

  /// The next version: its second half is new noise.
  private byte[] push(Path folder, RunningHub hub) throws IOException, InterruptedException {
    version++;
    byte[] payload = new byte[megabytes * 1_000_000];
    byte[] half = new byte[payload.length / 2];
    new Random(0).nextBytes(half);
    System.arraycopy(half, 0, payload, 0, half.length);
    new Random(version).nextBytes(half);
    System.arraycopy(half, 0, payload, half.length, half.length);
    Path release = Files.createDirectories(folder.resolve("model-" + version));
    Files.write(release.resolve("model.bin"), payload);
    SmallRelease.push(
        hub,
        release,
        """
        apiVersion: tombolo.dev/v1
        kind: Release
        metadata: {name: model, version: "%d"}
        spec:
          kind: model
          variants:
            - files: [{from: model.bin}]
        """
            .formatted(version));
    Folders.remove(release);
    return payload;
  }
}
