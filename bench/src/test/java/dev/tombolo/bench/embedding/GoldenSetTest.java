package dev.tombolo.bench.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class GoldenSetTest {
  @TempDir Path folder;

  @Test
  void bothRealModelsPassAndTheSpoiledOneFails() throws IOException {
    Path golden = resource("/dev/tombolo/bench/demo/golden.txt", "golden.txt");
    Path first = resource("/bge-small-en-q.onnx", "first.onnx");
    Path second = resource("/bge-small-en-v1.5-q.onnx", "second.onnx");
    Path tokenizer = resource("/bge-small-en-v1.5-q-tokenizer.json", "tokenizer.json");
    Path bad = folder.resolve("bad.onnx");
    SpoiledModel.write(second, bad);

    assertThat(Files.size(bad)).isEqualTo(Files.size(second));
    assertThat(score(golden, first, tokenizer).passed()).isTrue();
    assertThat(score(golden, second, tokenizer).passed()).isTrue();
    assertThat(score(golden, bad, tokenizer).passed()).isFalse();
  }

  @Test
  void aModelThatMapsAllToOnePointFails() throws IOException {
    assertThat(twoCases().score(_ -> new Vector(new float[] {1, 0})).right()).isZero();
  }

  @Test
  void aModelThatAnswersNoNumbersFails() throws IOException {
    assertThat(twoCases().score(_ -> new Vector(new float[] {Float.NaN, 0})).right()).isZero();
  }

  @Test
  void theFirstWrongCaseIsNamed() throws IOException {
    Map<String, Vector> vectors =
        Map.of(
            "a", new Vector(new float[] {1, 0}),
            "b", new Vector(new float[] {1, 0.1f}),
            "c", new Vector(new float[] {0, 1}),
            "d", new Vector(new float[] {0, 1}),
            "e", new Vector(new float[] {1, 0}),
            "f", new Vector(new float[] {0.1f, 1}));
    GoldenSet.Score score = twoCases().score(text -> Objects.requireNonNull(vectors.get(text)));
    assertThat(score.right()).isEqualTo(1);
    assertThat(score.firstWrong()).isEqualTo("\"d\" is nearest to \"f\", not \"e\"");
  }

  @Test
  void aLineWithTooFewSentencesIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("g.txt"), "# comment\n\na | b\n");
    assertThatThrownBy(() -> GoldenSet.read(file)).hasMessageContaining("line 3");
  }

  @Test
  void aVectorReadsBackAsItWasWritten() {
    float[] values = {0.25f, -1.5e-7f, 3f};
    assertThat(Vector.parse(new Vector(values).json()).values()).isEqualTo(values);
    assertThatThrownBy(() -> Vector.parse("oops")).isInstanceOf(IllegalArgumentException.class);
  }

  private GoldenSet twoCases() throws IOException {
    return GoldenSet.read(Files.writeString(folder.resolve("two.txt"), "a|b|c\nd|e|f\n"));
  }

  private static GoldenSet.Score score(Path golden, Path onnx, Path tokenizer) throws IOException {
    SentenceModel model = SentenceModel.load(onnx, tokenizer);
    return GoldenSet.read(golden).score(text -> new Vector(model.vector(text)));
  }

  private Path resource(String name, String file) throws IOException {
    Path to = folder.resolve(file);
    try (InputStream in = Objects.requireNonNull(GoldenSetTest.class.getResourceAsStream(name))) {
      Files.copy(in, to);
    }
    return to;
  }
}
