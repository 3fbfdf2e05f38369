package dev.tombolo.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tombolo.protocol.GoldenFiles;
import dev.tombolo.protocol.reason.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Parameters, placeholders and the choice of a variant: from a signed release to what runs.
class FillingTest {
  private static final Variant VARIANT = GoldenFiles.RELEASE.variants().getFirst();

  @Test
  void parametersTakeTheGivenValueOrTheirFallback() {
    assertThat(Parameters.fill(VARIANT.parameters(), Map.of("port", "9100")))
        .isEqualTo(
            new Parameters.Filled(Map.of("port", "9100", "camera", "entrance", "night", "false")));
  }

  @Test
  void everyWrongParameterIsNamed() {
    Parameters.Outcome outcome =
        Parameters.fill(
            VARIANT.parameters(), Map.of("port", "80", "night", "yes", "colour", "red"));
    assertThat(((Parameters.Refused) outcome).reasons())
        .containsExactlyInAnyOrder(
            new Reason.ParameterInvalid("port", "80", "it must lie between 1024 and 65535"),
            new Reason.ParameterInvalid("night", "yes", "it must be true or false"),
            new Reason.ParameterInvalid("colour", "red", "the release declares no such parameter"));
  }

  @Test
  void aParameterWithoutFallbackIsRequired() {
    Variant.Parameter required =
        new Variant.Parameter("key", Variant.Parameter.Type.TEXT, null, 1L, null);
    assertThat(Parameters.fill(List.of(required), Map.of()))
        .isEqualTo(
            new Parameters.Refused(
                List.of(
                    new Reason.ParameterInvalid("key", "", "it has no value and no fallback"))));
    assertThat(Parameters.problem(required, "")).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "INTEGER,5,true",
    "INTEGER,-5,true",
    "INTEGER,05,false",
    "INTEGER,+5,false",
    "INTEGER,5.0,false",
    "INTEGER,'',false",
    "INTEGER,99999999999999999999,false",
    "INTEGER,٥,false",
    "BOOLEAN,true,true",
    "BOOLEAN,TRUE,false",
    "BOOLEAN,'',false",
    "TEXT,'',true",
    "TEXT,${release.dir},true"
  })
  void valuesFitTheirType(Variant.Parameter.Type type, String value, boolean fits) {
    Variant.Parameter parameter = new Variant.Parameter("p", type, null, null, null);
    assertThat(Parameters.problem(parameter, value) == null).isEqualTo(fits);
  }

  @Test
  void textIsBoundedAndPlain() {
    Variant.Parameter text =
        new Variant.Parameter("p", Variant.Parameter.Type.TEXT, null, null, null);
    assertThat(Parameters.problem(text, "😀".repeat(256))).isNull();
    assertThat(Parameters.problem(text, "x".repeat(257))).isNotNull();
    assertThat(Parameters.problem(text, "a\nb")).isNotNull();
    assertThat(Parameters.problem(text, "a\u0000b")).isNotNull();
  }

  @Test
  void theWholeWorkloadIsFilled() {
    Map<String, String> values = new HashMap<>(Map.of("param.port", "9100", "param.camera", "x"));
    values.putAll(Map.of("release.dir", "/apps/c/current", "work.dir", "/apps/c/work"));
    values.putAll(Map.of("loopback.url", "http://127.0.0.1:9", "runtime.java", "/opt/java"));
    values.put("release.digest", "sha256:00");
    WorkloadSpec filled = Placeholders.fill(VARIANT.workload(), values);
    assertThat(filled.argv())
        .containsExactly(
            "/opt/java/bin/java",
            "-jar",
            "/apps/c/current/counter.jar",
            "--port=9100",
            "--model=/apps/c/current/model/people.onnx",
            "--results=http://127.0.0.1:9");
    assertThat(filled.env()).isEqualTo(Map.of("WORK", "/apps/c/work", "DIGEST", "sha256:00"));
    assertThat(filled.probes())
        .containsExactly(
            new Probe.Http("healthy", 5, 2, "9100", "/healthz", "sha256:00"),
            new Probe.Exec("golden-set", 60, 30, List.of("/apps/c/current/golden", "9100")),
            new Probe.Tcp("port", 5, 2, "9100"));
  }

  @Test
  void aValueIsNotSearchedForPlaceholders() {
    assertThat(
            Placeholders.fill(
                "a ${param.x} b", Map.of("param.x", "${work.dir}", "work.dir", "/secret")))
        .isEqualTo("a ${work.dir} b");
    assertThat(Placeholders.fill("$ $$ {} $5 }", Map.of())).isEqualTo("$ $$ {} $5 }");
    assertThatThrownBy(() -> Placeholders.fill("${x}", Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theFirstVariantThatFitsIsTaken() {
    Variant arm = variant("aarch64", List.of());
    Variant java = variant("any", List.of("java"));
    Variant any = variant("any", List.of());
    List<Variant> all = List.of(arm, java, any);
    assertThat(new Platform("linux", "aarch64", Set.of("java")).choose(all))
        .isEqualTo(new Platform.Chosen(arm));
    assertThat(new Platform("linux", "x86_64", Set.of("java", "python")).choose(all))
        .isEqualTo(new Platform.Chosen(java));
    assertThat(new Platform("linux", "x86_64", Set.of()).choose(all))
        .isEqualTo(new Platform.Chosen(any));
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(
            new Platform("linux", "x86_64", Set.of())
                .choose(List.of(variant("any", List.of("java")))))
        .isEqualTo(
            new Platform.None(
                new Reason.NoVariant("linux", "x86_64", "the device lacks the runtime java")));
    assertThat(
            new Platform("linux", "x86_64", Set.of())
                .choose(List.of(variant("aarch64", List.of()))))
        .isEqualTo(
            new Platform.None(
                new Reason.NoVariant("linux", "x86_64", "no variant is for this machine")));
  }

  private static Variant variant(String architecture, List<String> runtimes) {
    return new Variant("linux", architecture, runtimes, List.of(), VARIANT.workload(), List.of());
  }
}
