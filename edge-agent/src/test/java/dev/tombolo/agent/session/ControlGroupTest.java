package dev.tombolo.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With folders as the kernel shows them: not every machine has version 2.
class ControlGroupTest {
  private static final String SCOPE = "tombolo.slice/tombolo-workloads.slice/run-r1.scope";

  @TempDir private Path folder;

  private Path proc;
  private Path groups;

  @BeforeEach
  void make() throws IOException {
    proc = folder.resolve("proc");
    Files.createDirectories(proc.resolve("7"));
    groups = Files.createDirectories(folder.resolve("groups"));
  }

  private ControlGroup group(String lines) throws IOException {
    Files.writeString(proc.resolve("7/cgroup"), lines);
    return new ControlGroup(proc, groups);
  }

  private Path members() throws IOException {
    Path scope = Files.createDirectories(groups.resolve(SCOPE));
    return Files.writeString(scope.resolve("cgroup.procs"), "");
  }

  private BoundedRun.Ended run(List<String> prefix) throws Exception {
    return BoundedRun.run(
        prefix,
        List.of("/bin/sh", "-c", "echo ran with $1; exit 3", "x", "a word"),
        Map.of("PATH", "/usr/bin:/bin"),
        folder,
        Duration.ofMinutes(1));
  }

  @Test
  void aProgramMovesIntoTheScopeBeforeItRuns() throws Exception {
    Path members = members();

    BoundedRun.Ended ended = run(group("0::/" + SCOPE + "\n").join(7).orElseThrow());

    assertThat(ended).isEqualTo(new BoundedRun.Ended(3, false, "ran with a word"));
    assertThat(members).hasContent("0");
  }

  @Test
  void aScopeThatEndsMeanwhileIsNoFailureOfTheProgram() throws Exception {
    Path members = members();
    List<String> prefix = group("0::/" + SCOPE + "\n").join(7).orElseThrow();
    Files.delete(members);
    Files.delete(groups.resolve(SCOPE));

    assertThat(run(prefix)).isEqualTo(new BoundedRun.Ended(3, false, "ran with a word"));
  }

  @Test
  void onlyScopesAreJoined() throws Exception {
    members();

    assertThat(group("0::/system.slice/tombolo-agent.service\n").join(7)).isEmpty();
    assertThat(group("12:memory:/" + SCOPE + "\n0::/init.scope\n").join(7)).isEmpty();
    assertThat(group("0::/" + SCOPE + "\n").join(8)).isEmpty();
  }
}
