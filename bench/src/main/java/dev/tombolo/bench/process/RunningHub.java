package dev.tombolo.bench.process;

import dev.tombolo.hub.cli.Tombolo;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Person;
import dev.tombolo.hub.http.api.TokenRow;
import dev.tombolo.protocol.token.JoinToken;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A hub of the built distribution in a folder of its own, driven by the public CLI as an operator
/// would. It can be killed and started again on the same ports.
public final class RunningHub implements AutoCloseable {
  private static final Person NOBODY =
      new Person() {
        @Override
        public boolean isThere() {
          return false;
        }

        @Override
        public Optional<String> ask(String question) {
          return Optional.empty();
        }
      };

  public static final String HOST = "localhost";
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration COMMAND_LIMIT = Duration.ofMinutes(5);
  private static final Pattern TOKEN = Pattern.compile("tmb1_[0-9a-zA-Z]+");

  private final Distributions distributions;
  private final Path folder;
  private final Surroundings around;
  private final List<String> options;
  private final int edgePort;
  private final int adminPort;
  private Spawned process;

  private RunningHub(
      Distributions distributions, Path folder, Surroundings around, List<String> options)
      throws IOException, InterruptedException {
    this.distributions = distributions;
    this.folder = folder;
    this.around = around;
    this.options = options;
    edgePort = Ports.next();
    adminPort = Ports.next();
    process = spawn();
    awaitReady(0);
  }

  /// Starts one on free ports, its data in `folder/hub`.
  ///
  /// @param prefix put before the command, such as `taskset -c 0`
  /// @param options further options of `tombolo hub`
  public static RunningHub start(Path folder, List<String> prefix, List<String> options)
      throws IOException, InterruptedException {
    return start(folder, new Surroundings(prefix, Map.of()), options);
  }

  /// Starts one with a clock or a network of its own; so do its commands run.
  public static RunningHub start(Path folder, Surroundings around, List<String> options)
      throws IOException, InterruptedException {
    return new RunningHub(Distributions.find(), folder, around, List.copyOf(options));
  }

  public static RunningHub start(Path folder) throws IOException, InterruptedException {
    return start(folder, List.of(), List.of());
  }

  /// SIGKILL.
  public void kill() throws InterruptedException {
    process.kill();
  }

  /// SIGTERM.
  public int stop() throws InterruptedException {
    return process.stop();
  }

  /// Starts it again on the same data and ports.
  public void startAgain() throws IOException, InterruptedException {
    long from = process.written();
    process = spawn();
    awaitReady(from);
  }

  /// Starts it where it must not come up.
  ///
  /// @return its exit status
  public int startInVain() throws IOException, InterruptedException {
    process = spawn();
    return process.awaitEnd(START_LIMIT);
  }

  /// Makes a publisher's key (outside the hub's data), trusts it, and makes an empty fleet.
  public void prepare(String fleet) throws IOException, InterruptedException {
    cli("keys", "new", "--out", "publisher");
    cli("keys", "trust", "publisher.root.json");
    apply("Fleet", fleet, "{}");
  }

  /// `apply -f` of one object.
  public void apply(String kind, String name, String spec)
      throws IOException, InterruptedException {
    Path file = folder.resolve("apply.yaml");
    Files.writeString(
        file,
        "apiVersion: tombolo.dev/v1\nkind: %s\nmetadata: {name: %s}\nspec: %s\n"
            .formatted(kind, name, spec));
    cli("apply", "-f", file.toString());
  }

  /// A join token's text.
  public String token(String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("token", "create", "--json"));
    arguments.addAll(List.of(options));
    return tokenIn(cli(arguments.toArray(String[]::new)));
  }

  /// The join token's text in what a command printed.
  public static String tokenIn(String printed) {
    Matcher token = TOKEN.matcher(printed);
    if (!token.find()) {
      throw new IllegalStateException("no token in: " + printed);
    }
    return token.group();
  }

  /// How often the token with this text was used, as the hub lists it.
  public int timesUsed(String token) throws IOException {
    if (!(JoinTokenCodec.decode(token) instanceof JoinTokenCodec.Read(JoinToken read))) {
      throw new IllegalStateException("not a join token: " + token);
    }
    try (HubClient client = client()) {
      for (TokenRow row : client.list(TokenRow.class, "/tokens")) {
        if (row.id().equals(read.id())) {
          return row.used();
        }
      }
    }
    throw new IllegalStateException("the hub does not list token " + read.id());
  }

  /// Runs `tombolo ARGUMENTS` against this hub, in its folder.
  ///
  /// @return what it printed
  /// @throws IllegalStateException with all it said when it does not end with 0
  /// @throws IOException when it could not reach the hub
  public String cli(String... arguments) throws IOException, InterruptedException {
    return answered(tryCli(arguments));
  }

  /// As [#cli], whatever its exit status.
  public Command tryCli(String... arguments) throws IOException, InterruptedException {
    List<String> argv = new ArrayList<>();
    argv.add(distributions.tombolo().toString());
    argv.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(around.environment());
    all.putAll(environment());
    return Command.run(argv, all, folder, COMMAND_LIMIT);
  }

  /// What `tombolo ARGUMENTS` prints, without a process of its own where that is the same: whoever
  /// looks again and again must not take the processor from what is waited for.
  ///
  /// @throws IllegalStateException with all it said when it does not end with 0
  /// @throws IOException when it could not reach the hub
  public String look(String... arguments) throws IOException, InterruptedException {
    if (!around.equals(Surroundings.USUAL)) {
      return cli(arguments);
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    Map<String, String> way = environment();
    all.addAll(List.of("--hub", way.get("TOMBOLO_HUB")));
    all.addAll(List.of("--token-file", way.get("TOMBOLO_TOKEN_FILE")));
    return answered(Look.run(Tombolo.commandLine(NOBODY), all));
  }

  private static String answered(Command command) throws IOException {
    if (command.exit() == Exit.HUB_NOT_REACHED) {
      throw new IOException(String.join(" ", command.argv()) + ": " + command.err());
    }
    return command.orThrow().out();
  }

  /// The first operator's way to the admin API, without a process per command.
  public HubClient client() throws IOException {
    Path tokenFile = folder.resolve("hub/admin-token");
    return new HubClient(
        URI.create("http://127.0.0.1:" + adminPort),
        Files.readString(tokenFile).strip(),
        tokenFile);
  }

  /// What the CLI needs to find this hub.
  public Map<String, String> environment() {
    return Map.of(
        "TOMBOLO_HUB",
        "http://127.0.0.1:" + adminPort,
        "TOMBOLO_TOKEN_FILE",
        folder.resolve("hub/admin-token").toString());
  }

  /// The hub's CA root, read from its data folder.
  public X509Certificate root() throws IOException, GeneralSecurityException {
    byte[] pem =
        Files.readString(folder.resolve("hub/ca/root.pem")).getBytes(StandardCharsets.US_ASCII);
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  public Distributions distributions() {
    return distributions;
  }

  public Path folder() {
    return folder;
  }

  public int edgePort() {
    return edgePort;
  }

  public int adminPort() {
    return adminPort;
  }

  public Spawned process() {
    return process;
  }

  @Override
  public void close() {
    process.close();
  }

  private Spawned spawn() throws IOException {
    List<String> argv = new ArrayList<>(around.prefix());
    argv.addAll(
        List.of(
            distributions.tombolo().toString(),
            "hub",
            "--data",
            folder.resolve("hub").toString(),
            "--edge-port",
            Integer.toString(edgePort),
            "--admin-port",
            Integer.toString(adminPort)));
    argv.addAll(options);
    return Spawned.start("hub", argv, around.environment(), folder, folder.resolve("hub.log"));
  }

  private void awaitReady(long from) throws InterruptedException {
    try {
      process.awaitLine("hub ready", from, START_LIMIT);
    } catch (RuntimeException | InterruptedException e) {
      process.close();
      throw e;
    }
  }
}
