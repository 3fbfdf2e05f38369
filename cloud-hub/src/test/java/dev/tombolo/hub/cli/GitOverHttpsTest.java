package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.config.HubConfig.GitHost;
import dev.tombolo.hub.config.HubConfig.GitOps;
import dev.tombolo.hub.daemon.HubDaemon;
import dev.tombolo.hub.x509.CertificateAuthority;
import dev.tombolo.hub.x509.ServerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An application out of a repository on a Git server, over TLS with a certificate of a company's
/// own CA: what works, and what each thing that goes wrong tells its operator to do.
@Tag("slow")
class GitOverHttpsTest {
  private static final String FLEET =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Fleet
      metadata: {name: retail}
      """;
  private static final String CONTENT =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Application
      metadata: {name: people-embedding}
      spec:
        fleet: retail
        parameters: {port: 9117}
      """;
  private static final String TOKEN = "glpat-7Q8sVxSecret";

  @TempDir Path folder;
  private final Cli cli = new Cli();
  private BareRepository repository;
  private String first = "";
  private CertificateAuthority authority;
  private GitServer server;
  private @Nullable HubDaemon hub;

  @BeforeEach
  void start() throws IOException {
    repository = new BareRepository(Files.createDirectory(folder.resolve("srv")).resolve("s.git"));
    first = repository.file("deploy/app.yaml", CONTENT).commit("port 9117").substring(0, 8);
    authority = CertificateAuthority.open(folder.resolve("company-ca"), Instant.now());
    Files.writeString(folder.resolve("ca.pem"), authority.rootPem());
    server = new GitServer(folder.resolve("srv"), identity("localhost"));
  }

  @AfterEach
  void stop() {
    server.close();
    if (hub != null) {
      hub.close();
    }
  }

  @Test
  void aPublicRepositoryOfAServerWithThePrivateCaIsAppliedAndNewCommitsFollow() throws IOException {
    startHub(host(null, "ca.pem"));

    Cli.Said synced = sync();
    assertThat(synced.exit()).describedAs(synced.out() + synced.err()).isZero();
    assertThat(synced.out()).contains("state        applied").contains("port 9117 (Alice)");
    assertThat(server.fetches()).isEqualTo(1);
    // One look is one small request.
    assertThat(sync().exit()).isZero();
    assertThat(server.fetches()).isEqualTo(1);

    String second = repository.file("deploy/app.yaml", CONTENT.replace("9117", "9118")).commit("2");
    assertThat(sync().out()).contains("applied").contains(second.substring(0, 8));
    assertThat(server.fetches()).isEqualTo(2);
  }

  @Test
  void aPrivateRepositoryIsFetchedWithTheTokenWhichIsInNoDatabaseAndNoOutput() throws IOException {
    server.wants("tombolo", TOKEN);
    startHub(host(password(TOKEN + "\n"), "ca.pem"));

    Cli.Said synced = sync();
    assertThat(synced.exit()).describedAs(synced.out() + synced.err()).isZero();
    assertThat(synced.out()).contains("applied");

    // A new token is good at once.
    server.wants("tombolo", "another-" + TOKEN);
    assertThat(sync().out()).contains("does not let 'tombolo' in").doesNotContain(TOKEN);
    password("another-" + TOKEN);
    assertThat(sync().exit()).isZero();

    assertThat(run("audit", "list", "--json").out()).doesNotContain(TOKEN);
    stopHub();
    try (var files = Files.walk(folder.resolve("hub"))) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        assertThat(
                new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1))
            .describedAs(file.toString())
            .doesNotContain(TOKEN);
      }
    }
  }

  @Test
  void withoutALoginAPrivateRepositorySaysHowToGiveOne() throws IOException {
    server.wants("tombolo", TOKEN);
    startHub(host(null, "ca.pem"));

    fails(
        server.host() + " wants a login",
        "gitops: {hosts: [{host: " + server.host() + ", user: git, passwordFile: ");
  }

  @Test
  void aTokenThatTheServerRefusesIsNamedByItsFile() throws IOException {
    server.wants("tombolo", TOKEN);
    Path wrong = password("wrong-word");
    startHub(host(wrong, "ca.pem"));

    Cli.Said said = fails(server.host() + " does not let 'tombolo' in with what is in " + wrong);
    assertThat(said.out()).doesNotContain("wrong-word");

    server.fails(403);
    fails("refuses to show the repository to 'tombolo'", wrong.toString());
    server.fails(404);
    fails("there is no such repository", "or 'tombolo' may not see it");
    server.fails(503);
    fails("answered with status 503", "asked again at the next interval");
  }

  @Test
  void aPasswordFileThatEverybodyCanReadOrNobodyWroteIsNotUsed() throws IOException {
    Path file = password(TOKEN);
    startHub(host(file, "ca.pem"));

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    fails("can be read by everybody on the hub's machine: chmod 600 " + file);
    password("");
    fails(file + ", named in hub.yaml as gitops.hosts passwordFile, is empty");
    Files.delete(file);
    fails(file + ", named in hub.yaml as gitops.hosts passwordFile, cannot be read: it does not");
    assertThat(server.fetches()).isZero();
  }

  @Test
  void aPrivateCaThatIsNotNamedSaysHowToNameIt() throws IOException {
    startHub(host(null, null));

    fails(
        "the certificate of " + server.host() + " is of a CA that is not known here",
        "gitops: {hosts: [{host: " + server.host() + ", ca: ");
  }

  @Test
  void anotherCaAnotherNameAnExpiredCertificateAndACaFileThatIsNoneAreToldApart()
      throws IOException {
    startHub(host(null, "ca.pem"));
    CertificateAuthority other = CertificateAuthority.open(folder.resolve("other"), Instant.now());

    serve(other.serverIdentity(List.of("localhost"), Instant.now()));
    fails("is of no CA in " + folder.resolve("ca.pem"));

    serve(identity("git.example.com"));
    fails("is for another name", "matching localhost");

    Instant before = Instant.now().minus(Duration.ofDays(2_000));
    CertificateAuthority old = CertificateAuthority.open(folder.resolve("old"), before);
    Files.writeString(folder.resolve("ca.pem"), old.rootPem());
    serve(old.serverIdentity(List.of("localhost"), before));
    fails("has expired");

    Files.writeString(folder.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\nno\n");
    fails("ca.pem, named in hub.yaml as gitops.hosts ca, is not PEM with certificates");
    Files.writeString(folder.resolve("ca.pem"), "");
    fails("ca.pem, named in hub.yaml as gitops.hosts ca, has no certificate in it");
  }

  @Test
  void aServerThatIsGoneLeavesWhatCountsAndIsTriedAgain() throws IOException {
    startHub(host(null, "ca.pem"));
    assertThat(sync().exit()).isZero();
    int port = server.port();
    server.close();

    fails("localhost:" + port + " cannot be reached", "tried again");
    assertThat(run("get", "application", "people-embedding").out()).contains(first + " counts");
    assertThat(run("gitops", "list").out()).contains("unreachable");

    server = new GitServer(folder.resolve("srv"), identity("localhost"), port);
    assertThat(sync().exit()).isZero();
    assertThat(run("gitops", "list").out()).contains("applied");
  }

  @Test
  void nobodyIsSentOnToAnotherServerAndThePasswordDoesNotGoThere() throws IOException {
    try (GitServer other = new GitServer(folder.resolve("srv"), identity("localhost"))) {
      server.sendsOnTo("https://user:pw@" + other.host());
      startHub(host(password(TOKEN), "ca.pem"));

      Cli.Said said =
          fails(
              server.host() + " sends the hub on to " + other.url("s.git"),
              "the hub follows nobody",
              "gitops: {hosts: [{host: " + other.host() + "}]}");
      assertThat(said.out()).doesNotContain("user:pw");
      assertThat(other.fetches()).isZero();
    }
  }

  @Test
  void aRepositoryThatIsTooLargeIsRefusedAndABrokenCommitChangesNothing() throws IOException {
    startHub(host(null, "ca.pem"));
    assertThat(sync().exit()).isZero();

    repository.file("deploy/app.yaml", CONTENT.replace("parameters", "paramters")).commit("typo");
    Cli.Said broken = sync();
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.out()).contains("deploy/app.yaml line 6").contains("'parameters'");
    assertThat(run("get", "application", "people-embedding").out()).contains(first + " counts");

    StringBuilder noise = new StringBuilder();
    Random random = new Random(1);
    for (int i = 0; i < 400_000; i++) {
      noise.append((char) ('!' + random.nextInt(90)));
    }
    repository.file("deploy/app.yaml", CONTENT).file("model.bin", noise.toString()).commit("model");
    fails("the repository is larger than 131072 bytes", "gitops.maxBytes in hub.yaml");
    assertThat(run("get", "application", "people-embedding").out()).contains(first + " counts");
  }

  private Cli.Said fails(String... words) {
    Cli.Said said = sync();
    assertThat(said.exit()).describedAs(said.out()).isEqualTo(1);
    assertThat(said.out()).contains("unreachable: ").contains(words);
    return said;
  }

  private Cli.Said sync() {
    return run("gitops", "sync", "people-embedding");
  }

  private ServerIdentity identity(String name) throws IOException {
    return authority.serverIdentity(List.of(name), Instant.now());
  }

  /// At the same port with another certificate.
  private void serve(ServerIdentity identity) throws IOException {
    int port = server.port();
    server.close();
    server = new GitServer(folder.resolve("srv"), identity, port);
  }

  private Path password(String text) throws IOException {
    Path file = folder.resolve("git.token");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  private GitHost host(@Nullable Path passwordFile, @Nullable String ca) {
    return new GitHost(
        server.host(),
        "tombolo",
        Optional.ofNullable(passwordFile),
        Optional.ofNullable(ca).map(folder::resolve));
  }

  private void startHub(GitHost host) throws IOException {
    hub =
        HubDaemon.start(
            HubConfig.usual(folder.resolve("hub"))
                .withEdgePort(0)
                .withAdminPort(0)
                .withNames(List.of("localhost"))
                .withGitOps(
                    new GitOps(List.of(host), List.of(), 128 << 10, Duration.ofSeconds(20))));
    Path yaml =
        Files.writeString(
            folder.resolve("objects.yaml"), FLEET + "---\n" + sourceYaml(server.url("s.git")));
    Cli.Said applied = run("apply", "-f", yaml.toString());
    assertThat(applied.exit()).describedAs(applied.err()).isZero();
  }

  private void stopHub() {
    if (hub != null) {
      hub.close();
      hub = null;
    }
  }

  /// Looked at once a day: when it is looked at is the test's to say.
  private static String sourceYaml(String url) {
    return """
        apiVersion: tombolo.io/v1alpha1
        kind: Application
        metadata: {name: people-embedding}
        spec:
          fleet: retail
          source:
            gitRepository: {url: "URL", ref: {branch: main}, path: deploy, interval: 1d}
        """
        .replace("URL", url);
  }

  private Cli.Said run(String... args) {
    HubDaemon running = hub;
    if (running == null) {
      throw new IllegalStateException("no hub");
    }
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(
        List.of(
            "--hub",
            "http://127.0.0.1:" + running.adminPort(),
            "--data",
            folder.resolve("hub").toString()));
    return cli.run(all.toArray(new String[0]));
  }
}
