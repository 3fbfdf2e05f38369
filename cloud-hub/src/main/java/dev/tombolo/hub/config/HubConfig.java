package dev.tombolo.hub.config;

import dev.tombolo.protocol.Limits;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// How one hub runs: `hub.yaml` and what the command line says over it.
///
/// @param data the one folder with everything the hub keeps
/// @param share what the edge port gives to anybody: `install.sh` and `packages/`
/// @param broker set when hub and devices meet at an existing MQTT broker
/// @param filesBytesMax release files kept at the most, in bytes
/// @param results how many of workloads' results are kept
/// @param events how much of what happened to devices is kept
/// @param trust how long certificates live, and how long a device may be away
/// @param bundles what takes devices from release to release
/// @param gitops which Git repositories it may fetch
public record HubConfig(
    Path data,
    Edge edge,
    Admin admin,
    Optional<Path> share,
    Optional<Broker> broker,
    long filesBytesMax,
    Keep results,
    Keep events,
    Trust trust,
    Bundles bundles,
    GitOps gitops) {
  public static final int EDGE_PORT = 8443;
  public static final int ADMIN_PORT = 8480;
  public static final Duration KEEP_ALIVE_MAX = Duration.ofSeconds(120);
  public static final long FILES_BYTES_MAX = 200L * 1024 * 1024 * 1024;

  /// Set by the distribution's launcher.
  private static final String HOME = "tombolo.home";

  private static final String BROKER_URL = "write mqtts://host:port";

  /// The port that devices reach.
  ///
  /// @param names host names and addresses in the hub's certificate
  /// @param endpoints `host:port` told to devices in join tokens, best first; empty means the first
  ///   of `names` with the port
  /// @param keepAliveMax the longest silence a device may ask for
  public record Edge(
      String bind,
      int port,
      List<String> names,
      List<String> endpoints,
      Admission admission,
      Duration keepAliveMax) {
    public Edge {
      names = List.copyOf(names);
      endpoints = List.copyOf(endpoints);
    }

    /// What devices are told, once the port is known.
    public List<String> endpointsAt(int boundPort) {
      return endpoints.isEmpty() ? List.of(at(names.getFirst(), boundPort)) : endpoints;
    }

    private static String at(String host, int port) {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /// How fast lines are let in.
  ///
  /// @param acceptsPerSecond TCP connections; more wait in the kernel's queue
  /// @param connectsPerMinute MQTT connects of one device; more are told to come back later
  public record Admission(int acceptsPerSecond, int connectsPerMinute) {
    public static final Admission USUAL = new Admission(2_000, 60);
  }

  /// How long trust lasts.
  ///
  /// @param certificateLife of a device's certificate
  /// @param offlineBudget how long a device may have been without a valid certificate and still get
  ///   one without an operator
  public record Trust(Duration certificateLife, Duration offlineBudget) {
    public static final Trust USUAL = new Trust(Limits.CERTIFICATE_LIFE, Limits.OFFLINE_BUDGET);
    static final Duration CERTIFICATE_LIFE_MIN = Duration.ofSeconds(10);
    static final Duration CERTIFICATE_LIFE_MAX = Duration.ofDays(397);
    static final Duration OFFLINE_BUDGET_MAX = Duration.ofDays(3_650);
  }

  /// Bundles that the hub makes for its devices.
  ///
  /// @param make false: devices always take whole files
  /// @param bytesMax kept at the most; the least recently used go
  public record Bundles(boolean make, long bytesMax) {
    public static final Bundles USUAL = new Bundles(true, 20L * 1024 * 1024 * 1024);
    static final long BYTES_MIN = 1024 * 1024;
  }

  /// Where applications may come from.
  ///
  /// @param folders repositories on this machine may lie below these
  /// @param bytesMax of one repository, as it is fetched
  /// @param timeout of one answer of a server
  public record GitOps(List<GitHost> hosts, List<Path> folders, long bytesMax, Duration timeout) {
    public static final long BYTES_MAX = 64L * 1024 * 1024;
    public static final Duration TIMEOUT = Duration.ofSeconds(30);
    public static final GitOps NONE = new GitOps(List.of(), List.of(), BYTES_MAX, TIMEOUT);
    static final long BYTES_MIN = 64 * 1024;

    public GitOps {
      hosts = List.copyOf(hosts);
      folders = List.copyOf(folders);
    }
  }

  /// A server that repositories may be fetched from, by https.
  ///
  /// @param host with the port behind it when that is not 443
  /// @param passwordFile its content is the password, or a token
  /// @param ca PEM certificates of which the server must have its own; without: of a CA known to
  ///   all
  public record GitHost(String host, String user, Optional<Path> passwordFile, Optional<Path> ca) {}

  /// The operators' port.
  public record Admin(String bind, int port) {}

  /// An existing MQTT 5 broker.
  ///
  /// @param url `mqtts://host:port` or `mqtt://host:port` as the hub reaches it
  /// @param devicesUrl as devices reach it
  /// @param ca PEM of the broker's root; empty: the hub's own CA
  /// @param certificate PEM chain of the hub's client certificate; empty: its server certificate
  public record Broker(
      URI url, URI devicesUrl, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {}

  /// How much of what devices report is kept; whatever is reached first, the oldest rows go.
  ///
  /// @param bytesMax about what they take in the database
  public record Keep(Duration keep, long bytesMax, long rowsMax) {
    public static final Keep RESULTS =
        new Keep(Duration.ofDays(90), 4L * 1024 * 1024 * 1024, 20_000_000);
    public static final Keep EVENTS =
        new Keep(Duration.ofDays(400), 1024L * 1024 * 1024, 4_000_000);

    static final Duration KEEP_MIN = Duration.ofHours(1);
    static final long BYTES_MIN = 1024 * 1024;
    static final long ROWS_MIN = 1_000;
    static final long ROWS_MAX = 1_000_000_000;
  }

  /// Everything as usual, for a hub on this machine.
  public static HubConfig usual(Path data) {
    return new HubConfig(
        data,
        new Edge("0.0.0.0", EDGE_PORT, usualNames(), List.of(), Admission.USUAL, KEEP_ALIVE_MAX),
        new Admin("127.0.0.1", ADMIN_PORT),
        Optional.ofNullable(System.getProperty(HOME)).map(home -> Path.of(home, "share")),
        Optional.empty(),
        FILES_BYTES_MAX,
        Keep.RESULTS,
        Keep.EVENTS,
        Trust.USUAL,
        Bundles.USUAL,
        GitOps.NONE);
  }

  /// Reads `hub.yaml`.
  ///
  /// @throws YamlFault with file, line, field and what to do
  public static HubConfig load(Path file, Path data) throws IOException {
    return parse(String.valueOf(file.getFileName()), Files.readString(file), data);
  }

  /// @param file its name, for messages
  public static HubConfig parse(String file, String text, Path data) {
    HubConfig usual = usual(data);
    YamlMap map = StrictYaml.document(file, text);
    HubConfig config =
        new HubConfig(
            data,
            map.optionalMap("edge").map(HubConfig::edge).orElse(usual.edge),
            map.optionalMap("admin").map(HubConfig::admin).orElse(usual.admin),
            map.optionalRead("share", (Function<String, Path>) Path::of).or(() -> usual.share),
            map.optionalMap("broker").map(HubConfig::broker),
            map.optionalSize("filesMax").orElse(FILES_BYTES_MAX),
            map.optionalMap("results").map(m -> keep(m, Keep.RESULTS)).orElse(Keep.RESULTS),
            map.optionalMap("events").map(m -> keep(m, Keep.EVENTS)).orElse(Keep.EVENTS),
            map.optionalMap("trust").map(HubConfig::trust).orElse(Trust.USUAL),
            map.optionalMap("bundles").map(HubConfig::bundles).orElse(Bundles.USUAL),
            map.optionalMap("gitops").map(HubConfig::gitops).orElse(GitOps.NONE));
    map.noMore();
    return config;
  }

  /// @param port 0 takes any free port
  public HubConfig withEdgePort(int port) {
    Edge at =
        new Edge(edge.bind, port, edge.names, edge.endpoints, edge.admission, edge.keepAliveMax);
    return new HubConfig(
        data, at, admin, share, broker, filesBytesMax, results, events, trust, bundles, gitops);
  }

  /// @param port 0 takes any free port
  public HubConfig withAdminPort(int port) {
    Admin at = new Admin(admin.bind, port);
    return new HubConfig(
        data, edge, at, share, broker, filesBytesMax, results, events, trust, bundles, gitops);
  }

  public HubConfig withEndpoints(List<String> endpoints) {
    Edge at =
        new Edge(edge.bind, edge.port, edge.names, endpoints, edge.admission, edge.keepAliveMax);
    return new HubConfig(
        data, at, admin, share, broker, filesBytesMax, results, events, trust, bundles, gitops);
  }

  public HubConfig withNames(List<String> names) {
    Edge at =
        new Edge(edge.bind, edge.port, names, edge.endpoints, edge.admission, edge.keepAliveMax);
    return new HubConfig(
        data, at, admin, share, broker, filesBytesMax, results, events, trust, bundles, gitops);
  }

  public HubConfig withAdmission(Admission admission) {
    Edge at =
        new Edge(edge.bind, edge.port, edge.names, edge.endpoints, admission, edge.keepAliveMax);
    return new HubConfig(
        data, at, admin, share, broker, filesBytesMax, results, events, trust, bundles, gitops);
  }

  public HubConfig withShare(Path folder) {
    return new HubConfig(
        data,
        edge,
        admin,
        Optional.of(folder),
        broker,
        filesBytesMax,
        results,
        events,
        trust,
        bundles,
        gitops);
  }

  public HubConfig withGitOps(GitOps allowed) {
    return new HubConfig(
        data, edge, admin, share, broker, filesBytesMax, results, events, trust, bundles, allowed);
  }

  public HubConfig withBroker(Broker external) {
    return new HubConfig(
        data,
        edge,
        admin,
        share,
        Optional.of(external),
        filesBytesMax,
        results,
        events,
        trust,
        bundles,
        gitops);
  }

  private static Edge edge(YamlMap map) {
    List<String> names = map.texts("names");
    Edge edge =
        new Edge(
            map.text("bind", "0.0.0.0"),
            port(map, EDGE_PORT),
            names.isEmpty() ? usualNames() : names,
            map.texts("endpoints"),
            new Admission(
                (int)
                    map.whole("acceptsPerSecond", 1, 1_000_000, Admission.USUAL.acceptsPerSecond()),
                (int)
                    map.whole(
                        "connectsPerMinute", 1, 1_000_000, Admission.USUAL.connectsPerMinute())),
            map.optionalDuration("keepAliveMax").orElse(KEEP_ALIVE_MAX));
    map.noMore();
    if (edge.keepAliveMax.toSeconds() < 5 || edge.keepAliveMax.toSeconds() > 65_535) {
      throw map.fault("keepAliveMax", "must be from 5s to 65535s");
    }
    faultOf(edge.endpoints)
        .ifPresent(
            fault -> {
              throw map.fault("endpoints", fault);
            });
    return edge;
  }

  private static Keep keep(YamlMap map, Keep usual) {
    Keep keep =
        new Keep(
            map.optionalDuration("keep").orElse(usual.keep),
            map.optionalSize("maxBytes").orElse(usual.bytesMax),
            map.whole("maxRows", Keep.ROWS_MIN, Keep.ROWS_MAX, usual.rowsMax));
    map.noMore();
    if (keep.keep.compareTo(Keep.KEEP_MIN) < 0) {
      throw map.fault("keep", "must be at least 1h");
    }
    if (keep.bytesMax < Keep.BYTES_MIN) {
      throw map.fault("maxBytes", "must be at least 1MiB");
    }
    return keep;
  }

  /// Why devices could not be told these endpoints, which go into every join token.
  public static Optional<String> faultOf(List<String> endpoints) {
    if (endpoints.size() > JoinTokenCodec.ENDPOINTS_MAX) {
      return Optional.of(
          "%d endpoints are too many; a join token has room for %d"
              .formatted(endpoints.size(), JoinTokenCodec.ENDPOINTS_MAX));
    }
    return endpoints.stream()
        .filter(endpoint -> !JoinTokenCodec.isEndpoint(endpoint))
        .findFirst()
        .map(endpoint -> "'" + endpoint + "' is not an endpoint; write host:port");
  }

  private static Trust trust(YamlMap map) {
    Trust trust =
        new Trust(
            map.optionalDuration("certificateLife").orElse(Trust.USUAL.certificateLife),
            map.optionalDuration("offlineBudget").orElse(Trust.USUAL.offlineBudget));
    map.noMore();
    if (trust.certificateLife.compareTo(Trust.CERTIFICATE_LIFE_MIN) < 0
        || trust.certificateLife.compareTo(Trust.CERTIFICATE_LIFE_MAX) > 0) {
      throw map.fault("certificateLife", "must be from 10s to 397d; 45d is usual");
    }
    if (trust.offlineBudget.compareTo(Trust.OFFLINE_BUDGET_MAX) > 0) {
      throw map.fault("offlineBudget", "must be at most 3650d; 800d is usual");
    }
    return trust;
  }

  private static Bundles bundles(YamlMap map) {
    Bundles bundles =
        new Bundles(
            map.flag("make", Bundles.USUAL.make),
            map.optionalSize("maxBytes").orElse(Bundles.USUAL.bytesMax));
    map.noMore();
    if (bundles.bytesMax < Bundles.BYTES_MIN) {
      throw map.fault("maxBytes", "must be at least 1MiB; make: false keeps none");
    }
    return bundles;
  }

  private static GitOps gitops(YamlMap map) {
    List<GitHost> hosts = new ArrayList<>();
    for (YamlMap host : map.maps("hosts")) {
      hosts.add(
          new GitHost(
              host.read("host", HubConfig::server),
              host.text("user", "git"),
              host.optionalRead("passwordFile", (Function<String, Path>) Path::of),
              host.optionalRead("ca", (Function<String, Path>) Path::of)));
      host.noMore();
    }
    List<Path> folders = new ArrayList<>();
    for (String folder : map.texts("folders")) {
      if (!Path.of(folder).isAbsolute()) {
        throw map.fault("folders", "'" + folder + "' is not a whole path; begin it with /");
      }
      folders.add(Path.of(folder).normalize());
    }
    GitOps gitops =
        new GitOps(
            hosts,
            folders,
            map.optionalSize("maxBytes").orElse(GitOps.BYTES_MAX),
            map.optionalDuration("timeout").orElse(GitOps.TIMEOUT));
    map.noMore();
    if (gitops.bytesMax < GitOps.BYTES_MIN) {
      throw map.fault("maxBytes", "must be at least 64KiB");
    }
    if (gitops.timeout.toSeconds() < 1 || gitops.timeout.toSeconds() > 600) {
      throw map.fault("timeout", "must be from 1s to 600s");
    }
    return gitops;
  }

  private static String server(String text) {
    if (!text.matches("[A-Za-z0-9.-]{1,253}(:[1-9][0-9]{0,4})?")) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a host; write git.example.com, or git.example.com:8443");
    }
    return text.endsWith(":443") ? text.substring(0, text.indexOf(':')) : text;
  }

  private static Admin admin(YamlMap map) {
    Admin admin = new Admin(map.text("bind", "127.0.0.1"), port(map, ADMIN_PORT));
    map.noMore();
    return admin;
  }

  private static Broker broker(YamlMap map) {
    URI url = map.read("url", HubConfig::brokerUrl);
    Broker broker =
        new Broker(
            url,
            map.optionalRead("devicesUrl", (Function<String, URI>) HubConfig::brokerUrl)
                .orElse(url),
            map.optionalRead("ca", (Function<String, Path>) Path::of),
            map.optionalRead("certificate", (Function<String, Path>) Path::of),
            map.optionalRead("key", (Function<String, Path>) Path::of));
    map.noMore();
    if (broker.certificate.isPresent() != broker.key.isPresent()) {
      throw map.fault("certificate", "certificate and key go together; give both or none");
    }
    return broker;
  }

  private static URI brokerUrl(String text) {
    URI url;
    try {
      url = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not a URL; " + BROKER_URL, e);
    }
    boolean known = "mqtts".equals(url.getScheme()) || "mqtt".equals(url.getScheme());
    if (!known || url.getHost() == null || url.getPort() < 1) {
      throw new IllegalArgumentException("'" + text + "' is not a broker's URL; " + BROKER_URL);
    }
    return url;
  }

  private static int port(YamlMap map, int otherwise) {
    Optional<Long> port = map.optionalWhole("port", Long.MIN_VALUE, Long.MAX_VALUE);
    port.filter(number -> number < 1 || number > 65_535)
        .ifPresent(
            number -> {
              throw map.fault("port", number + " is not a port; use 1-65535");
            });
    return port.map(Long::intValue).orElse(otherwise);
  }

  private static List<String> usualNames() {
    Set<String> names = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // A machine without a name is reached by the addresses above.
    }
    return new ArrayList<>(names);
  }
}
