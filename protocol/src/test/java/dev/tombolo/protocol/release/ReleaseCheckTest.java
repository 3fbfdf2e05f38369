package dev.tombolo.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.RecordGenerator;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.id.Name;
import dev.tombolo.protocol.reason.Reason;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.WorkloadSpec.Reload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseCheckTest {
  private static final ReleaseManifest SOUND = GoldenFiles.RELEASE;
  private static final WorkloadSpec WORKLOAD = SOUND.variants().getFirst().workload();

  @Test
  void aSoundReleaseHasNoProblems() {
    assertThat(ReleaseCheck.problems(SOUND)).isEmpty();
  }

  @Test
  void onlyFilesAreARelease() {
    WorkloadSpec none =
        new WorkloadSpec(
            WorkloadSpec.Type.NONE, List.of(), Map.of(), new Reload.Restart(), List.of(), 0, 0, 0);
    assertThat(problems(none)).isEmpty();
    WorkloadSpec mixed =
        new WorkloadSpec(
            WorkloadSpec.Type.NONE,
            List.of("/bin/true"),
            Map.of(),
            new Reload.Restart(),
            List.of(),
            0,
            0,
            0);
    assertThat(problems(mixed))
        .containsExactly(workload("", "a workload of type none has no argv, env or probes"));
  }

  @Test
  void headsAreChecked() {
    assertThat(problems(m -> head(m, "", List.of("*"), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1 0", List.of("*"), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of(), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("*", "a"), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("A"), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("a", "a"), 0, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("*"), -1, List.of()))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("*"), 0, List.of("a b")))).hasSize(1);
    assertThat(problems(m -> head(m, "1", List.of("*"), 0, List.of("v1")))).isEmpty();
  }

  @Test
  void theTimeOfAnAnswerIsCheckedAndNeedsAnAgentThatKnowsIt() {
    WorkloadSpec gated = probe(new Probe.Tcp("p", 1, 2, null, 2_000, "80"));
    Variant variant = SOUND.variants().getFirst();
    Variant slow =
        new Variant(
            variant.os(),
            variant.architecture(),
            variant.runtimes(),
            variant.files(),
            gated,
            variant.parameters());

    assertThat(problems(variants(List.of(slow))))
        .containsExactly(
            new Reason.ReleaseInvalid(
                "requires",
                "a probe with maxLatencyMillis requires 'latency' of the agent; add it"));
    assertThat(problems(requiring(variants(List.of(slow)), "latency"))).isEmpty();
    for (int latency : List.of(0, -1, 2_001)) {
      assertThat(problems(probe(new Probe.Tcp("p", 1, 2, null, latency, "80"))))
          .as("%d ms", latency)
          .contains(
              workload(
                  ".probes[0].maxLatencyMillis",
                  latency + " must lie between 1 and the probe's timeout, 2000 ms"));
    }
  }

  private static ReleaseManifest requiring(ReleaseManifest manifest, String feature) {
    return new ReleaseManifest(
        manifest.name(),
        manifest.version(),
        manifest.kind(),
        manifest.description(),
        manifest.fleets(),
        manifest.securityFloor(),
        List.of(feature),
        manifest.variants(),
        manifest.needs());
  }

  @Test
  void fleetsBindTheRelease() {
    assertThat(ReleaseCheck.isFor(SOUND, new Name("staging"))).isTrue();
    assertThat(ReleaseCheck.isFor(SOUND, new Name("other"))).isFalse();
    ReleaseManifest any = head(SOUND, "1", List.of("*"), 0, List.of());
    assertThat(ReleaseCheck.isFor(any, new Name("other"))).isTrue();
  }

  @Test
  void countsAreBounded() {
    Variant variant = SOUND.variants().getFirst();
    assertThat(problems(variants(List.of())))
        .containsExactly(new Reason.ReleaseInvalid("variants", "a release needs at least one"));
    assertThat(problems(variants(Collections.nCopies(17, variant))))
        .contains(new Reason.LimitExceeded("RELEASE_VARIANTS_MAX", 16, 17));
    List<Variant.File> files = new ArrayList<>();
    for (int i = 0; i < 513; i++) {
      files.add(new Variant.File("f" + i, 1, Digest.ofText("f" + i), false));
    }
    assertThat(problems(files(files)))
        .contains(new Reason.LimitExceeded("RELEASE_FILES_MAX", 512, 513));
    assertThat(problems(argv(Collections.nCopies(129, "/a"))))
        .containsExactly(new Reason.LimitExceeded("ARGV_MAX", 128, 129));
    assertThat(problems(argv(List.of("/a", "x".repeat(8193)))))
        .containsExactly(new Reason.LimitExceeded("ARGUMENT_CHARS_MAX", 8192, 8193));
    assertThat(problems(argv(Collections.nCopies(20, "/" + "x".repeat(8000)))))
        .anySatisfy(
            problem -> assertThat(ReasonText.say(problem)).contains("RELEASE_MANIFEST_BYTES_MAX"));
  }

  @Test
  void filesAreChecked() {
    Digest one = Digest.ofText("1");
    assertThat(problems(files(List.of(new Variant.File("../x", 1, one, false)))))
        .containsExactly(new Reason.PathRefused("../x", "it has a '..' part"));
    assertThat(problems(files(List.of(new Variant.File("x", -1, one, false))))).hasSize(1);
    assertThat(
            problems(
                files(
                    List.of(
                        new Variant.File("x", 1, one, false),
                        new Variant.File("y", 2, one, false)))))
        .containsExactly(
            new Reason.ReleaseInvalid(
                "variants[0].files[1].size", "one digest cannot have two sizes"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/usr/bin/python3",
        "${release.dir}/bin/counter",
        "${runtime.java}/bin/java",
        "/opt/..x/y"
      })
  void programsNamedInFullPass(String program) {
    assertThat(problems(argv(List.of(program)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "python3",
        "sh -c x",
        "./x",
        "../x",
        "bin/x",
        "~/x",
        "${work.dir}/x",
        "${param.port}/x",
        "${loopback.url}/x",
        "${release.dir}",
        "${release.dir}x",
        "${release.dir}/../x",
        "/usr/../x",
        "${runtime.python}/x",
        "${runtime.java}/${param.port}",
        "${release.dir",
        "/bin/\u0000sh"
      })
  void programsNotNamedInFullAreRefused(String program) {
    assertThat(problems(argv(List.of(program)))).isNotEmpty();
  }

  @Test
  void emptyArgvIsRefused() {
    assertThat(problems(argv(List.of()))).containsExactly(workload(".argv", "must not be empty"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${",
        "${}",
        "${param.unknown}",
        "${param.port",
        "${release.dir}${x}",
        "${PARAM.PORT}",
        "${env.PATH}",
        "${runtime.python}",
        "${ release.dir}",
        "${${param.port}}"
      })
  void unknownPlaceholdersAreRefusedEverywhere(String text) {
    assertThat(problems(argv(List.of("/a", text)))).hasSize(1);
    assertThat(problems(env(Map.of("A", text)))).hasSize(1);
    assertThat(problems(probe(new Probe.Exec("p", 1, 1, List.of("/a", text))))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 1, text)))).isNotEmpty();
    assertThat(problems(probe(new Probe.Http("p", 1, 1, "80", "/" + text, null)))).isNotEmpty();
    assertThat(problems(probe(new Probe.Http("p", 1, 1, "80", "/", text)))).hasSize(1);
    assertThat(problems(reload(new Reload.Command(List.of("/a", text))))).hasSize(1);
  }

  @Test
  void environmentIsChecked() {
    assertThat(problems(env(Map.of("LD_LIBRARY_PATH", "${release.dir}/lib", "_a1", "")))).isEmpty();
    for (String name : List.of("", "1A", "A-B", "A=B", "A B", "Ä", "A\u0000")) {
      assertThat(problems(env(Map.of(name, "x")))).as(name).hasSize(1);
    }
    assertThat(problems(env(Map.of("A", "\u0000")))).hasSize(1);
  }

  @Test
  void probesAreChecked() {
    assertThat(problems(probe(new Probe.Tcp("p", 0, 1, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 0, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 301, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 86_401, 1, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 1, -1, null, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 1, 1_001, null, "80")))).hasSize(1);
    assertThat(problems(probe(new Probe.Tcp("p", 1, 1, Probe.NEVER, null, "80")))).isEmpty();
    assertThat(problems(probe(new Probe.Tcp("", 1, 1, "80")))).hasSize(1);
    for (String port : List.of("", "0", "65536", "-1", "80x", "8 0", "٨٠")) {
      assertThat(problems(probe(new Probe.Tcp("p", 1, 1, port)))).as(port).hasSize(1);
    }
    for (String path : List.of("", "healthz", "/a b", "/a\r\nHost: x", "http://x/")) {
      assertThat(problems(probe(new Probe.Http("p", 1, 1, "80", path, null)))).as(path).hasSize(1);
    }
    WorkloadSpec twins =
        workload(
            WORKLOAD.argv(),
            Map.of(),
            new Reload.Restart(),
            List.of(new Probe.Tcp("p", 1, 1, "80"), new Probe.Tcp("p", 1, 1, "81")));
    assertThat(problems(twins)).hasSize(1);
  }

  @Test
  void reloadsAreChecked() {
    assertThat(problems(reload(new Reload.Signal("HUP")))).isEmpty();
    assertThat(problems(reload(new Reload.Signal("KILL")))).hasSize(1);
    assertThat(problems(reload(new Reload.Http("${param.port}", "/reload")))).isEmpty();
    assertThat(problems(reload(new Reload.Http("no", "/reload")))).hasSize(1);
    assertThat(problems(reload(new Reload.Command(List.of("reload"))))).hasSize(1);
  }

  @Test
  void timesAreBounded() {
    for (int[] times :
        new int[][] {{-1, 0, 0}, {0, -1, 0}, {0, 0, -1}, {86_401, 0, 0}, {0, 0, 601}}) {
      WorkloadSpec spec =
          new WorkloadSpec(
              WorkloadSpec.Type.PROCESS,
              List.of("/a"),
              Map.of(),
              new Reload.Restart(),
              List.of(),
              times[0],
              times[1],
              times[2]);
      assertThat(problems(spec)).hasSize(1);
    }
  }

  @Test
  void parametersAreChecked() {
    Variant.Parameter.Type integer = Variant.Parameter.Type.INTEGER;
    Variant.Parameter.Type text = Variant.Parameter.Type.TEXT;
    assertThat(problems(parameters(new Variant.Parameter("x", integer, "5", 1L, 9L)))).isEmpty();
    assertThat(problems(parameters(new Variant.Parameter("x", integer, "10", 1L, 9L)))).hasSize(1);
    assertThat(problems(parameters(new Variant.Parameter("x", integer, null, 9L, 1L)))).hasSize(1);
    assertThat(problems(parameters(new Variant.Parameter("x y", integer, null, null, null))))
        .hasSize(1);
    assertThat(problems(parameters(new Variant.Parameter("x", text, null, null, 4097L))))
        .hasSize(1);
    Variant.Parameter twin = new Variant.Parameter("x", text, null, null, null);
    assertThat(problems(parameters(twin, twin))).hasSize(1);
  }

  @Test
  void whateverIsWrittenIsCheckedWithoutHarm() {
    for (int seed = 0; seed < 3000; seed++) {
      ReleaseManifest any = new RecordGenerator(seed).make(ReleaseManifest.class);
      for (Reason problem : ReleaseCheck.problems(any)) {
        assertThat(ReasonText.say(problem)).isNotBlank();
      }
    }
  }

  @Test
  void numbersFitJson() {
    assertThat(problems(m -> head(m, "1", List.of("*"), 1L << 53, List.of()))).hasSize(1);
    Variant.Parameter.Type integer = Variant.Parameter.Type.INTEGER;
    Variant.Parameter far = new Variant.Parameter("x", integer, null, null, Long.MAX_VALUE);
    assertThat(problems(parameters(far))).hasSize(1);
  }

  private static List<Reason> problems(ReleaseManifest manifest) {
    return ReleaseCheck.problems(manifest);
  }

  private static List<Reason> problems(UnaryOperator<ReleaseManifest> change) {
    return ReleaseCheck.problems(change.apply(SOUND));
  }

  private static List<Reason> problems(WorkloadSpec spec) {
    Variant variant = SOUND.variants().getFirst();
    return problems(
        variants(
            List.of(
                new Variant(
                    variant.os(),
                    variant.architecture(),
                    variant.runtimes(),
                    variant.files(),
                    spec,
                    variant.parameters()))));
  }

  private static Reason workload(String field, String detail) {
    return new Reason.ReleaseInvalid("variants[0].workload" + field, detail);
  }

  private static ReleaseManifest head(
      ReleaseManifest m, String version, List<String> fleets, long floor, List<String> requires) {
    return new ReleaseManifest(
        m.name(), version, m.kind(), m.description(), fleets, floor, requires, m.variants());
  }

  private static ReleaseManifest variants(List<Variant> variants) {
    return new ReleaseManifest(
        SOUND.name(), "1", SOUND.kind(), "", List.of("*"), 0, List.of(), variants);
  }

  private static ReleaseManifest files(List<Variant.File> files) {
    Variant variant = SOUND.variants().getFirst();
    return variants(
        List.of(
            new Variant(
                "linux", "any", variant.runtimes(), files, WORKLOAD, variant.parameters())));
  }

  private static ReleaseManifest parameters(Variant.Parameter... parameters) {
    return variants(
        List.of(
            new Variant(
                "linux",
                "any",
                List.of(),
                List.of(),
                workload(List.of("/a"), Map.of(), new Reload.Restart(), List.of()),
                List.of(parameters))));
  }

  private static WorkloadSpec argv(List<String> argv) {
    return workload(argv, Map.of(), new Reload.Restart(), List.of());
  }

  private static WorkloadSpec env(Map<String, String> env) {
    return workload(WORKLOAD.argv(), env, new Reload.Restart(), List.of());
  }

  private static WorkloadSpec probe(Probe probe) {
    return workload(WORKLOAD.argv(), Map.of(), new Reload.Restart(), List.of(probe));
  }

  private static WorkloadSpec reload(Reload reload) {
    return workload(WORKLOAD.argv(), Map.of(), reload, List.of());
  }

  private static WorkloadSpec workload(
      List<String> argv, Map<String, String> env, Reload reload, List<Probe> probes) {
    return new WorkloadSpec(WorkloadSpec.Type.PROCESS, argv, env, reload, probes, 1, 1, 1);
  }
}
