package dev.tombolo.protocol.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tombolo.protocol.reason.Reason;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathCheckTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a/b",
        "model/people.onnx",
        ".hidden",
        "a..b",
        "...",
        "..a",
        "a b",
        "ü/é.txt",
        "a/.b/c",
        "-rf",
        "con",
        "a:b",
        "~",
        "$HOME",
        "*",
        "日本/モデル"
      })
  void safePathsPass(String path) {
    assertThat(PathCheck.problem(path)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "//a",
        "a//b",
        "a/",
        "/a/",
        ".",
        "..",
        "./a",
        "../a",
        "a/..",
        "a/../b",
        "a/./b",
        "a/b/..",
        "../../../../etc/cron.d/x",
        "a\\b",
        "..\\..\\x",
        "C:\\x",
        "a\u0000",
        "\u0000",
        "a\u0000.txt/../b",
        "a\nb",
        "a\rb",
        "a\u007fb",
        "a\u0085b",
        "a\u2028b",
        "a\u202eb",
        "a\u200bb",
        "\uFEFFa",
        "mod\uFFFD\uFFFDle.onnx"
      })
  void attacksAreRefused(String path) {
    Reason problem = PathCheck.problem(path);
    assertThat(problem).isInstanceOf(Reason.PathRefused.class);
    assertThat(((Reason.PathRefused) problem).path()).doesNotContainPattern("\\p{Cntrl}");
  }

  @Test
  void lengthsAreBoundedInBytes() {
    assertThat(PathCheck.problem("a".repeat(255))).isNull();
    assertThat(PathCheck.problem("a".repeat(256))).isNotNull();
    assertThat(PathCheck.problem("ü".repeat(128))).isNotNull();
    assertThat(PathCheck.problem("a/".repeat(512) + "b")).isNotNull();
    assertThat(PathCheck.problem("a/".repeat(500) + "b")).isNull();
  }

  @Test
  void twinsAreRefused() {
    assertThat(detail(List.of("a", "b", "a"))).isEqualTo("it is listed twice");
    assertThat(detail(List.of("Model.onnx", "model.ONNX"))).contains("only by case");
    assertThat(detail(List.of("dir/a", "DIR/A"))).contains("only by case");
    // Composed and decomposed; sharp s; Kelvin sign; ligature.
    assertThat(detail(List.of("\u00e9", "e\u0301"))).contains("only by case");
    assertThat(detail(List.of("stra\u00dfe", "STRASSE"))).contains("only by case");
    assertThat(detail(List.of("\u212a", "k"))).contains("only by case");
    assertThat(detail(List.of("\ufb01le", "file"))).contains("only by case");
  }

  @Test
  void aFileIsNoFolder() {
    assertThat(detail(List.of("a", "a/b"))).contains("'a' is a file");
    assertThat(detail(List.of("x/a/b/c", "X/A"))).contains("is a file");
    assertThat(PathCheck.problem(List.of("a/b", "a/c", "ab"))).isNull();
  }

  /// Whatever passes stays inside the folder it is put into.
  @Test
  void whatPassesStaysInside() {
    Path folder = Path.of("/releases/x");
    String[] parts = {"a", "..", ".", "/", "//", "\\", "\u0000", "b.c", " ", "é"};
    int passed = 0;
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      StringBuilder path = new StringBuilder();
      for (int i = random.nextInt(8); i >= 0; i--) {
        path.append(parts[random.nextInt(parts.length)]);
      }
      if (PathCheck.problem(path.toString()) == null) {
        passed++;
        Path resolved = folder.resolve(path.toString());
        assertThat(resolved.normalize()).isEqualTo(resolved).startsWithRaw(folder);
        assertThat(resolved).isNotEqualTo(folder);
      }
    }
    assertThat(passed).isGreaterThan(100);
  }

  private static String detail(List<String> paths) {
    Reason problem = PathCheck.problem(paths);
    assertThat(problem).isInstanceOf(Reason.PathRefused.class);
    return ((Reason.PathRefused) problem).detail();
  }
}
