package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.config.HubConfig;
import dev.tombolo.hub.config.HubConfig.GitOps;
import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.daemon.HubDaemon;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import dev.tombolo.protocol.token.JoinTokenCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An application that comes out of a Git repository, in a real hub and a real repository.
@Tag("slow")
class GitOpsTest {
  private static final String FLEET =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Fleet
      metadata: {name: retail}
      """;
  private static final String SHOP =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Site
      metadata: {name: store-117}
      spec: {fleet: retail, timeZone: Europe/Berlin}
      ---
      apiVersion: tombolo.io/v1alpha1
      kind: DeviceSlot
      metadata: {name: counter-1}
      spec: {site: store-117}
      """;
  private static final String CONTENT =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Application
      metadata: {name: people-embedding}
      spec:
        fleet: retail
        release: "1.0.0"
        parameters: {port: 9117}
      """;

  private static final String ROLLOUT =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Rollout
      metadata: {name: spring}
      spec:
        fleet: retail
        release: people-embedding@1.0.0
        waves:
          - {name: canary, devices: 1}
      """;

  @TempDir Path folder;
  @TempDir Path data;
  private final Cli cli = new Cli();
  private BareRepository repository;
  private HubDaemon hub;

  @BeforeEach
  void start() throws IOException {
    repository = new BareRepository(folder.resolve("shops.git"));
    repository.file("deploy/app.yaml", CONTENT).file("README.md", "no YAML");
    hub = hub(List.of(folder), 64L << 20);
    ReleaseFolder release = new ReleaseFolder(folder.resolve("release")).withKeys(cli);
    run("keys", "trust", release.text("publisher.root.json"));
    release.sign(cli);
    assertThat(run("release", "push", release.envelope().toString()).exit()).isZero();
    write("fleet.yaml", FLEET + "---\n" + SHOP);
    assertThat(run("apply", "-f", file("fleet.yaml")).exit()).isZero();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void aCommitIsAppliedAndExplainSaysCommitFileAndLine() throws IOException {
    String first = repository.commit("port 9117");
    assertThat(source("retail").exit()).isZero();

    Cli.Said synced = run("gitops", "sync", "people-embedding");
    assertThat(synced.exit()).describedAs(synced.err()).isZero();
    assertThat(synced.out())
        .contains("state        applied: commit " + first.substring(0, 8) + " counts: port 9117")
        .contains("port 9117 (Alice)");

    Cli.Said explained = run("explain", "store-117/counter-1");
    assertThat(explained.out())
        .contains("git:" + folder + "/shops.git@main")
        .contains("deploy/app.yaml@" + first.substring(0, 8) + ":7")
        .contains("9117");
    assertThat(run("audit", "list").out()).contains("gitops-apply");

    String second = repository.file("deploy/app.yaml", CONTENT.replace("9117", "9118")).commit("2");
    assertThat(run("gitops", "sync", "retail/people-embedding").exit()).isZero();
    assertThat(run("explain", "store-117/counter-1").out())
        .contains("deploy/app.yaml@" + second.substring(0, 8) + ":7")
        .contains("9118");
    // Who it is and where it comes from is applied again without touching what the commit says.
    assertThat(source("retail").out()).contains("people-embedding unchanged");
  }

  @Test
  void aBrokenCommitChangesNothingAndIsNamedWithFileAndLine() throws IOException {
    String good = repository.commit("good");
    source("retail");
    assertThat(run("gitops", "sync", "people-embedding").exit()).isZero();

    broken(CONTENT.replace("parameters", "paramters"), "line 7", "did you mean 'parameters'?");
    broken("{", "line", "deploy/app.yaml");
    broken(CONTENT.replace("1.0.0", "1.0.1"), "line 6", "people-embedding@1.0.1");
    broken(CONTENT.replace("9117", "hello"), "line 7", "hello");
    broken(CONTENT.replace("fleet: retail", "fleet: other"), "line", "may change only that");
    broken("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "line 1", "LFS pointer");

    Cli.Said listed = run("gitops", "list");
    assertThat(listed.out()).contains("broken").contains(good.substring(0, 8));
    assertThat(run("explain", "store-117/counter-1").out()).contains("9117");
    assertThat(run("get", "application", "people-embedding").out())
        .contains("git           broken: commit ")
        .contains("release       1.0.0");

    repository.file("deploy/app.yaml", CONTENT.replace("9117", "9120")).commit("mended");
    assertThat(run("gitops", "sync", "people-embedding").exit()).isZero();
    assertThat(run("explain", "store-117/counter-1").out()).contains("9120");
  }

  @Test
  void aSiteIsNeitherPushedIntoAnotherFleetNorPulledOutOfOne() throws IOException {
    write("other.yaml", (FLEET + "---\n" + SHOP).replace("retail", "other").replace("117", "200"));
    assertThat(run("apply", "-f", file("other.yaml")).exit()).isZero();
    repository.commit("good");
    source("retail");
    assertThat(run("gitops", "sync", "people-embedding").exit()).isZero();

    broken(CONTENT + "---\n" + SHOP.replace("retail", "other"), "is of fleet other", "only that");
    broken(CONTENT + "---\n" + SHOP.replace("117", "200"), "is of fleet other", "only that");
    assertThat(run("get", "sites").out()).containsPattern("store-117 +retail");
    assertThat(run("get", "sites").out()).containsPattern("store-200 +other");
  }

  private void broken(String text, String... words) throws IOException {
    repository.file("deploy/app.yaml", text).commit("broken");
    Cli.Said said = run("gitops", "sync", "people-embedding");
    assertThat(said.exit()).describedAs(said.out()).isEqualTo(1);
    assertThat(said.out()).contains("broken: commit ").contains(words).contains("deploy/app.yaml");
  }

  @Test
  void linksAreNotFollowedAndARewrittenBranchIsTaken() throws IOException {
    repository.commit("good");
    source("retail");
    run("gitops", "sync", "people-embedding");

    repository.link("deploy/other.yaml", "/etc/passwd").commit("link");
    assertThat(run("gitops", "sync", "people-embedding").out())
        .contains("deploy/other.yaml: is a symbolic link");

    // Whatever they are called: what lies behind them would be missed by nobody.
    repository.without("deploy/other.yaml").link("deploy/shops", "../elsewhere").commit("folder");
    Cli.Said folderLink = run("gitops", "sync", "people-embedding");
    assertThat(folderLink.out()).contains("deploy/shops: is a symbolic link");
    assertThat(folderLink.exit()).isEqualTo(1);
    repository.without("deploy/shops").submodule("deploy/common").commit("submodule");
    Cli.Said submodule = run("gitops", "sync", "people-embedding");
    assertThat(submodule.out()).contains("deploy/common: is a submodule");
    assertThat(submodule.exit()).isEqualTo(1);
    repository.without("deploy/common").link("deploy/.hidden", "/etc").submodule("lib");

    String anew =
        repository
            .file("deploy/app.yaml", CONTENT.replace("9117", "9121"))
            .commitAnew("begun anew");
    Cli.Said said = run("gitops", "sync", "people-embedding", "--json");
    assertThat(said.exit()).describedAs(said.out()).isZero();
    assertThat(said.out()).contains("\"state\":\"applied\"").contains(anew);
  }

  @Test
  void aProtectedFleetIsChangedByWhoLetsACommitInAlsoAfterARestart() throws IOException {
    write("fleet.yaml", FLEET + "spec: {protected: true}\n---\n" + SHOP);
    assertThat(run("apply", "-f", file("fleet.yaml")).exit()).isZero();
    String commit = repository.commit("port 9117");
    assertThat(source("retail", "--yes-really", "retail").exit()).isZero();

    Cli.Said said = run("gitops", "sync", "people-embedding");
    assertThat(said.out()).contains("pending").contains("tombolo gitops diff");
    assertThat(run("explain", "store-117/counter-1").out()).doesNotContain("9117");
    hub.close();
    hub = hub(List.of(folder), 64L << 20);

    assertThat(run("gitops", "list").out()).contains("pending");
    assertThat(run("gitops", "diff", "people-embedding").out())
        .contains("application retail/people-embedding changed")
        .contains("  parameters.port: 9117 (new)");
    Cli.Said unnamed = run("gitops", "approve", "people-embedding");
    assertThat(unnamed.exit()).isEqualTo(5);
    Cli.Said other =
        run("gitops", "approve", "people-embedding", "--commit", "0000000", "--yes-really", "x");
    assertThat(other.exit()).isEqualTo(1);

    Cli.Said in =
        run(
            "gitops",
            "approve",
            "people-embedding",
            "--commit",
            commit.substring(0, 10),
            "--yes-really",
            "retail");
    assertThat(in.exit()).describedAs(in.err()).isZero();
    assertThat(run("gitops", "show", "people-embedding").out()).contains("let in by user:admin");
    assertThat(run("explain", "store-117/counter-1").out()).contains("9117");
  }

  @Test
  void whatWaitsIsNotLetInFromWhereTheHubMayNotFetchAnyMore() throws IOException {
    write("fleet.yaml", FLEET + "spec: {protected: true}\n---\n" + SHOP);
    assertThat(run("apply", "-f", file("fleet.yaml")).exit()).isZero();
    repository.commit("port 9117");
    source("retail", "--yes-really", "retail");
    assertThat(run("gitops", "sync", "people-embedding").out()).contains("pending");
    hub.close();
    hub = hub(List.of(), 64L << 20);

    for (List<String> asked :
        List.of(List.of("diff"), List.of("approve", "--yes-really", "retail"))) {
      List<String> args = new ArrayList<>(List.of("gitops", asked.getFirst(), "people-embedding"));
      args.addAll(asked.subList(1, asked.size()));
      Cli.Said said = run(args.toArray(new String[0]));
      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.err()).contains("Not allowed").contains("gitops: {folders:");
    }
    assertThat(run("explain", "store-117/counter-1").out()).doesNotContain("9117");
  }

  /// It would begin a rollout, and diff says which and how, as it does for a file.
  @Test
  void diffShowsTheRolloutThatAPendingCommitWouldBegin() throws IOException {
    write("fleet.yaml", FLEET + "spec: {protected: true}\n---\n" + SHOP);
    assertThat(run("apply", "-f", file("fleet.yaml")).exit()).isZero();
    repository.file("deploy/rollout.yaml", ROLLOUT).commit("spring");
    source("retail", "--yes-really", "retail");
    assertThat(run("gitops", "sync", "people-embedding").out()).contains("pending");

    assertThat(run("gitops", "diff", "people-embedding").out())
        .contains("rollout spring would begin: people-embedding@1.0.0 in fleet retail, 0 devices")
        .contains("  wave canary: 0 devices")
        .contains("  wave rest: 0 devices");
  }

  /// Nothing is wrong with it: it is taken when the rollout has ended.
  @Test
  void aCommitThatARolloutHoldsUpWaitsAndIsTakenAfterIt() throws IOException {
    aDeviceJoins();
    assertThat(source("retail").exit()).isZero();
    Cli.Said begun =
        run(
            "rollout",
            "create",
            "people-embedding@1.0.0",
            "--fleet",
            "retail",
            "--wave",
            "canary=1,approval");
    assertThat(begun.exit()).describedAs(begun.err()).isZero();
    String commit = repository.commit("port 9117");

    Cli.Said held = run("gitops", "sync", "people-embedding");
    assertThat(held.exit()).describedAs(held.out()).isEqualTo(7);
    assertThat(held.out())
        .contains("state        waits: commit " + commit.substring(0, 8) + " waits for rollout r1")
        .contains("nothing of it counts yet");
    assertThat(run("gitops", "list").out()).contains("waits").doesNotContain("broken");
    assertThat(run("gitops", "approve", "people-embedding", "--yes-really", "retail").err())
        .contains("rollout r1 moves people-embedding in fleet retail");

    assertThat(run("rollout", "abort", "r1", "--why", "enough").exit()).isZero();
    assertThat(run("gitops", "sync", "people-embedding").exit()).isZero();
    assertThat(run("gitops", "list").out()).contains("applied").doesNotContain("waits");
  }

  @Test
  void aBranchThatIsTakenBackLeavesNothingPending() throws IOException {
    String first = repository.commit("port 9117");
    source("retail");
    assertThat(run("gitops", "sync", "people-embedding").exit()).isZero();
    write("fleet.yaml", FLEET + "spec: {protected: true}\n---\n" + SHOP);
    assertThat(run("apply", "-f", file("fleet.yaml")).exit()).isZero();
    repository.file("deploy/app.yaml", CONTENT.replace("9117", "9118")).commit("2");
    assertThat(run("gitops", "sync", "people-embedding").out()).contains("pending");

    repository.takeBack(first);
    assertThat(run("gitops", "sync", "people-embedding").out())
        .contains("state        applied: commit " + first.substring(0, 8));
    assertThat(run("gitops", "list").out()).doesNotContain("pending");
  }

  @Test
  void nothingIsTakenFromWhereTheHubMayNotFetch() throws IOException {
    write("app.yaml", sourceYaml("https://git.example.com/shops.git"));
    Cli.Said said = run("apply", "-f", file("app.yaml"));
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("gitops: {hosts: [{host: git.example.com}]}");

    write("app.yaml", sourceYaml("file:///elsewhere/shops.git"));
    assertThat(run("apply", "-f", file("app.yaml")).err()).contains("gitops: {folders:");

    write("app.yaml", sourceYaml("https://alice:secret@git.example.com/shops.git"));
    Cli.Said secret = run("apply", "-f", file("app.yaml"));
    assertThat(secret.err()).contains("without a user or a password").doesNotContain("secret");
  }

  @Test
  void aHostIsAllowedAtItsPortOnly() throws IOException {
    hub.close();
    HubConfig.GitHost host =
        new HubConfig.GitHost("git.example.com", "git", Optional.empty(), Optional.empty());
    hub = hub(new GitOps(List.of(host), List.of(), 64L << 20, Duration.ofSeconds(10)));

    write("app.yaml", sourceYaml("https://git.example.com:9999/shops.git"));
    Cli.Said said = run("apply", "-f", file("app.yaml"));
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.err()).contains("gitops: {hosts: [{host: git.example.com:9999}]}");

    write("app.yaml", sourceYaml("https://git.example.com:443/shops.git"));
    assertThat(run("diff", "-f", file("app.yaml")).err()).doesNotContain("may not fetch");
  }

  @Test
  void aFolderWithoutARepositorySaysSo() throws IOException {
    source("retail");
    Files.move(folder.resolve("shops.git"), folder.resolve("elsewhere.git"));

    Cli.Said said = run("gitops", "sync", "people-embedding");
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).contains("unreachable: there is no repository there, or the hub's user");
  }

  @Test
  void whatIsTooLargeIsRefused() throws IOException {
    hub.close();
    hub = hub(List.of(folder), 64L << 10);
    StringBuilder noise = new StringBuilder();
    java.util.Random random = new java.util.Random(1);
    for (int i = 0; i < 200_000; i++) {
      noise.append((char) ('!' + random.nextInt(90)));
    }
    repository.file("model.bin", noise.toString()).commit("large");
    source("retail");

    Cli.Said said = run("gitops", "sync", "people-embedding");
    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.out()).contains("unreachable").contains("gitops.maxBytes");
  }

  /// A rollout without devices is over at once.
  private void aDeviceJoins() throws IOException {
    String token =
        run("token", "create", "--fleet", "retail", "--slot", "store-117/counter-1").out().strip();
    hub.close();
    try (HubStore store = SqliteHubStore.open(data.resolve("hub").resolve("hub.db"))) {
      JoinTokenCodec.Outcome read = JoinTokenCodec.decode(token);
      Scene scene = new Scene(store);
      scene.now = System.currentTimeMillis();
      scene.enrol(((JoinTokenCodec.Read) read).token(), "a device");
    }
    hub = hub(List.of(folder), 64L << 20);
  }

  private Cli.Said source(String fleet, String... more) throws IOException {
    write("app.yaml", sourceYaml(repository.url()).replace("retail", fleet));
    List<String> args = new ArrayList<>(List.of("apply", "-f", file("app.yaml")));
    args.addAll(List.of(more));
    return run(args.toArray(new String[0]));
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

  private HubDaemon hub(List<Path> folders, long bytesMax) throws IOException {
    return hub(new GitOps(List.of(), folders, bytesMax, Duration.ofSeconds(10)));
  }

  private HubDaemon hub(GitOps gitops) throws IOException {
    return HubDaemon.start(
        HubConfig.usual(data.resolve("hub"))
            .withEdgePort(0)
            .withAdminPort(0)
            .withNames(List.of("localhost"))
            .withGitOps(gitops));
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private Cli.Said run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(
        List.of(
            "--hub",
            "http://127.0.0.1:" + hub.adminPort(),
            "--data",
            data.resolve("hub").toString()));
    return cli.run(all.toArray(new String[0]));
  }
}
