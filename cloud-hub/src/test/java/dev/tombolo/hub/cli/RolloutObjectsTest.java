package dev.tombolo.hub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.hub.core.HubStore;
import dev.tombolo.hub.core.Scene;
import dev.tombolo.hub.core.admin.AdminCommand;
import dev.tombolo.hub.sqlite.SqliteHubStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rollouts in files, against a real hub.
class RolloutObjectsTest {
  private static final String FLEET =
      """
      apiVersion: tombolo.io/v1alpha1
      kind: Fleet
      metadata: {name: retail}
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
          - {name: canary, devices: 1, soak: 30m, healthy: 100}
          - {name: early, percent: 10}
        deadline: 14d
      """;

  private static final String HERE = ROLLOUT.replace("retail", Scene.FLEET.text());

  @TempDir Path folder;
  @TempDir Path data;
  @TempDir Path another;
  @TempDir Path publisher;
  private final Cli cli = new Cli();
  private HubAlone hub;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    hub = new HubAlone(data);
    ReleaseFolder release = new ReleaseFolder(publisher).withKeys(cli);
    hub.run(cli, "keys", "trust", release.text("publisher.root.json"));
    release.sign(cli);
    assertThat(hub.run(cli, "release", "push", release.envelope().toString()).exit()).isZero();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  /// A rollout to nobody is over at once.
  private void aDeviceJoins() throws IOException, InterruptedException {
    hub.close();
    try (HubStore store = SqliteHubStore.open(another.resolve("hub.db"))) {
      Scene scene = Scene.ready(new Scene(store));
      scene.command(new AdminCommand.PushRelease(Scene.release("people-embedding", "1.0.0")));
      scene.joined("counter");
    }
    hub = new HubAlone(another);
  }

  @Test
  void aRolloutBeginsWhenItIsAppliedAndOnlyOnce() throws IOException {
    write("a.yaml", FLEET + "---\n" + ROLLOUT);

    Cli.Said tried = apply("--dry-run");
    assertThat(tried.exit()).describedAs(tried.err()).isZero();
    assertThat(tried.out())
        .contains("rollout spring created")
        .contains("rollout spring would begin: people-embedding@1.0.0 in fleet retail, 0 devices")
        .contains("  wave canary: 0 devices at 0 sites");
    assertThat(hub.run(cli, "rollout", "list").out()).doesNotContain("spring");

    assertThat(apply().out().lines())
        .containsExactly("fleet retail created", "rollout spring created");
    assertThat(apply().out().lines())
        .containsExactly("fleet retail unchanged", "rollout spring unchanged");
    assertThat(hub.run(cli, "diff", "-f", folder.toString()).exit()).isZero();

    assertThat(hub.run(cli, "get", "rollout", "spring").out()).startsWith("r1 spring  people-emb");
    assertThat(hub.run(cli, "rollout", "show", "r1", "--json").out())
        .contains("\"name\":\"spring\"", "\"generation\":1", "a.yaml:5\"");
    Cli.Said near = hub.run(cli, "get", "rollout", "sprint");
    assertThat(near.exit()).isEqualTo(4);
    assertThat(near.err()).contains("spring");
  }

  @Test
  void whatIsUnderWayIsNotChangedAndWhatIsOverBeginsAgain() throws Exception {
    aDeviceJoins();
    write("b.yaml", HERE);
    assertThat(apply().exit()).isZero();

    write("b.yaml", HERE.replace("percent: 10", "percent: 20"));
    Cli.Said refused = apply();
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err())
        .contains("rollout spring is")
        .contains("waves[1]")
        .contains("tombolo rollout abort spring");

    assertThat(hub.run(cli, "rollout", "abort", "spring").exit()).isZero();
    write("b.yaml", HERE);
    assertThat(apply().out()).contains("rollout spring unchanged");
    write("b.yaml", HERE.replace("percent: 10", "percent: 20"));
    Cli.Said diff = hub.run(cli, "diff", "-f", folder.toString());
    assertThat(diff.out())
        .contains("rollout spring changed (generation 1 -> 2)")
        .contains("  waves[1]: early=10%, healthy 95 -> early=20%, healthy 95");
    assertThat(apply().out()).contains("rollout spring changed");
    assertThat(hub.run(cli, "get", "rollout", "spring").out()).startsWith("r2 spring");
  }

  @Test
  void mistakesAreToldWithTheirLine() throws IOException {
    write("a.yaml", FLEET);
    write("b.yaml", ROLLOUT.replace("percent:", "precent:"));
    assertThat(apply().err())
        .contains("b.yaml line 9: spec.waves[1].precent: unknown field; did you mean 'percent'?");

    write("b.yaml", ROLLOUT.replace("devices: 1, ", ""));
    assertThat(apply().err()).contains("b.yaml line 8", "put it last");

    write("b.yaml", ROLLOUT.replace("name: spring", "name: r7"));
    assertThat(apply().err()).contains("give another name");

    write("b.yaml", ROLLOUT.replace("1.0.0", "1.0.1"));
    assertThat(apply().err()).contains("people-embedding@1.0.1", "people-embedding@1.0.0");
  }

  @Test
  void pruneLeavesRolloutsAlone() throws IOException {
    write("a.yaml", FLEET);
    write("b.yaml", ROLLOUT);
    assertThat(apply().exit()).isZero();
    Files.delete(folder.resolve("b.yaml"));

    assertThat(apply("--prune", "--fleet", "retail").out().lines())
        .containsExactly("fleet retail unchanged");
    Cli.Said asked = apply("--prune", "--fleet", "retail", "--kind", "Rollout");
    assertThat(asked.exit()).isEqualTo(2);
    assertThat(asked.err()).contains("never pruned", "rollout abort");
  }

  @Test
  void aProtectedFleetWantsItsName() throws IOException {
    write("a.yaml", FLEET + "spec: {protected: true}\n");
    assertThat(apply().exit()).isZero();
    write("b.yaml", ROLLOUT);

    assertThat(apply().err()).contains("retail");
    assertThat(apply("--dry-run").err()).contains("fleet retail is protected");
    assertThat(apply("--yes-really", "retail").out()).contains("rollout spring created");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private Cli.Said apply(String... more) {
    String[] args = new String[3 + more.length];
    args[0] = "apply";
    args[1] = "-f";
    args[2] = folder.toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return hub.run(cli, args);
  }
}
