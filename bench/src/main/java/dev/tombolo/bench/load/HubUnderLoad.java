package dev.tombolo.bench.load;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.Distributions;
import dev.tombolo.bench.process.ProcessMemory;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hub of the built distribution on an empty folder and free ports, driven by the public CLI.
final class HubUnderLoad implements AutoCloseable {
  static final String HOST = "localhost";
  private static final int TOKEN_USES = 500;
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(1);
  private static final Pattern READY =
      Pattern.compile("hub ready: edge https://\\S+:(\\d+) admin (http://\\S+)");
  private static final Pattern TOKEN = Pattern.compile("tmb1_[0-9a-zA-Z]+");

  private final Distributions distributions;
  private final Path folder;
  private final Spawned process;
  private final int edgePort;
  private final String adminUrl;

  private HubUnderLoad(
      Distributions distributions, Path folder, Spawned process, int edgePort, String adminUrl) {
    this.distributions = distributions;
    this.folder = folder;
    this.process = process;
    this.edgePort = edgePort;
    this.adminUrl = adminUrl;
  }

  /// Starts it and prepares what tokens need: a publisher's key, a fleet, sites.
  ///
  /// @param cpus pins the hub to these processors, as `taskset -c` does
  static HubUnderLoad start(@Nullable String cpus) throws IOException, InterruptedException {
    Distributions distributions = Distributions.find();
    Path folder = Files.createTempDirectory("tombolo-bench");
    List<String> argv = new ArrayList<>();
    if (cpus != null) {
      argv.addAll(List.of("taskset", "-c", cpus));
    }
    Path data = folder.resolve("hub");
    argv.addAll(
        List.of(
            distributions.tombolo().toString(),
            "hub",
            "--data",
            data.toString(),
            "--edge-port",
            "0",
            "--admin-port",
            "0"));
    Spawned process = Spawned.start("hub", argv, Map.of(), folder, folder.resolve("hub.log"));
    try {
      Matcher ready = READY.matcher(process.awaitLine("hub ready", 0, Duration.ofSeconds(60)));
      if (!ready.find()) {
        throw new IllegalStateException("the hub's ready line has no ports:\n" + process.tail());
      }
      HubUnderLoad hub =
          new HubUnderLoad(
              distributions, folder, process, Integer.parseInt(ready.group(1)), ready.group(2));
      hub.prepare();
      return hub;
    } catch (RuntimeException | IOException | InterruptedException e) {
      process.close();
      throw e;
    }
  }

  /// Enrols new devices, 500 a site, with tokens of 500 uses.
  List<LoadIdentity> enrol(int count)
      throws IOException, InterruptedException, GeneralSecurityException {
    List<String> tokens = new ArrayList<>();
    for (int site = 0; site * TOKEN_USES < count; site++) {
      apply("site-" + site, "Site", "{fleet: load, timeZone: UTC}");
      String made =
          cli(
              "token",
              "create",
              "--fleet",
              "load",
              "--site",
              "site-" + site,
              "--uses",
              Integer.toString(TOKEN_USES),
              "--life",
              "1d",
              "--json");
      Matcher token = TOKEN.matcher(made);
      if (!token.find()) {
        throw new IllegalStateException("no token in: " + made);
      }
      tokens.add(token.group());
    }
    return new LoadEnrolment(HOST, edgePort, root()).enrol(tokens, TOKEN_USES, count);
  }

  LoadLines lines() throws IOException, GeneralSecurityException {
    return new LoadLines(HOST, edgePort, root());
  }

  /// Makes a small release with one parameter and selects it for the whole fleet.
  void assignSmallRelease() throws IOException, InterruptedException {
    Files.writeString(folder.resolve("settings.txt"), "a small file\n");
    Files.writeString(
        folder.resolve("release.yaml"),
        """
        name: small
        version: "1"
        kind: app
        fleets: ["*"]
        variants:
          - os: linux
            architecture: any
            files: ["settings.txt"]
            workload: {type: none}
            parameters: [{name: threshold, type: text, default: "0"}]
        """);
    cli("release", "sign", "-f", "release.yaml", "--key", "publisher.key", "--out", "small.json");
    cli("release", "push", "small.json", "--files", ".");
    cli("assign", "small@1", "--fleet", "load");
  }

  /// Changes one parameter of every device.
  void changeOneField(int value) throws IOException, InterruptedException {
    apply(
        "small",
        "Application",
        "{fleet: load, parameters: {threshold: \"0." + (value + 1) + "\"}}");
  }

  /// Enrols and runs a real agent; the process execs in place, so its pid is the agent's.
  Spawned startAgent(int number) throws IOException, InterruptedException {
    String site = "shop-" + number;
    apply(site, "Site", "{fleet: load, timeZone: UTC}");
    String made = cli("token", "create", "--fleet", "load", "--site", site, "--json");
    Matcher token = TOKEN.matcher(made);
    if (!token.find()) {
      throw new IllegalStateException("no token in: " + made);
    }
    String agent = distributions.agent().toString();
    String data = folder.resolve("agent-" + number).toString();
    Command.run(
            List.of(agent, "enroll", "--token", token.group(), "--data", data),
            Map.of(),
            folder,
            COMMAND_LIMIT)
        .orThrow();
    return Spawned.start(
        "agent " + number,
        List.of(agent, "run", "--data", data),
        Map.of(),
        folder,
        folder.resolve("agent-" + number + ".log"));
  }

  /// Waits until the agent itself says that its release is live.
  void awaitLive(int number) throws InterruptedException {
    String data = folder.resolve("agent-" + number).toString();
    Await.untilTrue(
        COMMAND_LIMIT,
        () -> "agent " + number + " to have its release live",
        () ->
            Command.run(
                    List.of(distributions.agent().toString(), "status", "--json", "--data", data),
                    Map.of(),
                    folder,
                    COMMAND_LIMIT)
                .out()
                .contains("\"live\""));
  }

  ProcessMemory memory() throws IOException {
    return ProcessMemory.of(process.pid());
  }

  /// CPU time the hub has taken, in ns, to a clock tick of 10 ms.
  long cpuNanos() {
    return ProcessHandle.of(process.pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElseThrow(() -> new IllegalStateException("the hub is gone:\n" + process.tail()));
  }

  private void prepare() throws IOException, InterruptedException {
    cli("keys", "new", "--out", "publisher");
    cli("keys", "trust", "publisher.root.json");
    apply("load", "Fleet", "{}");
  }

  private void apply(String name, String kind, String spec)
      throws IOException, InterruptedException {
    Path file = folder.resolve("apply.yaml");
    Files.writeString(
        file,
        "apiVersion: tombolo.dev/v1\nkind: "
            + kind
            + "\nmetadata: {name: "
            + name
            + "}\nspec: "
            + spec
            + "\n");
    cli("apply", "-f", file.toString());
  }

  private String cli(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    argv.add(distributions.tombolo().toString());
    argv.addAll(List.of(arguments));
    Map<String, String> env =
        Map.of(
            "TOMBOLO_HUB",
            adminUrl,
            "TOMBOLO_TOKEN_FILE",
            folder.resolve("hub/admin-token").toString());
    return Command.run(argv, env, folder, COMMAND_LIMIT).orThrow().out();
  }

  private X509Certificate root() throws IOException, GeneralSecurityException {
    List<X509Certificate> chain =
        LoadEnrolment.certificates(Files.readString(folder.resolve("hub/ca/root.pem")));
    return chain.getFirst();
  }

  @Override
  public void close() throws IOException {
    process.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(HubUnderLoad::delete);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
