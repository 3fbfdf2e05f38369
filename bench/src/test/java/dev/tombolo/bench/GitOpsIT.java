package dev.tombolo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.bench.process.Await;
import dev.tombolo.bench.process.Command;
import dev.tombolo.bench.process.RunningAgent;
import dev.tombolo.bench.process.RunningHub;
import dev.tombolo.bench.process.SmallRelease;
import dev.tombolo.hub.cli.BareRepository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a commit says is what a device runs, and the hub tells which commit that is.
@Tag("slow")
class GitOpsIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  void theCommitThatEachDeviceRunsIsTold() throws Exception {
    BareRepository repository = new BareRepository(folder.resolve("shops.git"));
    Path config = folder.resolve("hub.yaml");
    Files.writeString(config, "gitops: {folders: [" + folder + "]}\n");
    try (RunningHub hub =
        RunningHub.start(folder, List.of(), List.of("--config", config.toString()))) {
      hub.prepare("shops");
      hub.apply("Site", "store-1", "{fleet: shops, timeZone: Europe/Berlin}");
      SmallRelease.push(hub, "1");
      SmallRelease.push(hub, "2");
      String first = commit(repository, "release: \"1\"");
      hub.apply(
          "Application",
          "small",
          """
          {fleet: shops, source: {gitRepository: {url: "%s", ref: {branch: main}, path: deploy, interval: 1d}}}
          """
              .formatted(repository.url())
              .strip());
      hub.cli("gitops", "sync", "small");
      String token = hub.token("--fleet", "shops", "--site", "store-1");
      try (RunningAgent agent =
          RunningAgent.join(hub.distributions(), folder.resolve("agent"), token, List.of())) {
        runs(hub, agent, first, "1");

        String second = commit(repository, "release: \"2\"");
        assertThat(hub.cli("gitops", "sync", "small")).contains(second.substring(0, 8));
        runs(hub, agent, second, "2");

        String broken = commit(repository, "relaese: \"1\"");
        Command synced = hub.tryCli("gitops", "sync", "small");
        assertThat(synced.exit()).isEqualTo(1);
        assertThat(synced.out())
            .contains("broken: commit " + broken.substring(0, 8))
            .contains("did you mean 'release'?");
        runs(hub, agent, second, "2");
        assertThat(hub.cli("gitops", "devices", "small", "--json"))
            .contains("\"commit\":\"" + second + "\"", "\"state\":\"current\"");
      }
    }
  }

  private static String commit(BareRepository repository, String says) throws Exception {
    return repository
        .file(
            "deploy/app.yaml",
            """
            apiVersion: tombolo.io/v1alpha1
            kind: Application
            metadata: {name: small}
            spec: {fleet: shops, %s}
            """
                .formatted(says))
        .commit(says);
  }

  private static void runs(RunningHub hub, RunningAgent agent, String commit, String version)
      throws Exception {
    String row =
        "(?s).*store-1/\\S+ +up +" + commit.substring(0, 8) + "\\S* +" + version + " +current.*";
    Await.untilTrue(
        LIMIT,
        () -> commit + "; " + agent.process().tail(),
        () -> hub.look("gitops", "devices", "small").matches(row));
  }
}
