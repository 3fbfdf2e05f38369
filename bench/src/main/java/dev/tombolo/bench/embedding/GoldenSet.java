package dev.tombolo.bench.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Sentences whose nearest neighbour is known. One case a line: `sentence | nearest | other |
/// other`; `#` begins a comment.
record GoldenSet(List<Case> cases) {
  GoldenSet {
    cases = List.copyOf(cases);
  }

  record Case(String sentence, String nearest, List<String> others) {
    Case {
      others = List.copyOf(others);
    }
  }

  /// How a model did.
  ///
  /// @param firstWrong words for people about the first wrong case, empty when all are right
  record Score(int right, int cases, String firstWrong) {
    boolean passed() {
      return right == cases;
    }
  }

  /// @throws IOException when the file is missing or a line has fewer than three sentences
  static GoldenSet read(Path file) throws IOException {
    List<Case> cases = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      List<String> sentences = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
      if (sentences.size() < 3) {
        throw new IOException(
            file + " line " + (i + 1) + ": write sentence | nearest | other, at least three");
      }
      cases.add(
          new Case(sentences.get(0), sentences.get(1), sentences.subList(2, sentences.size())));
    }
    if (cases.isEmpty()) {
      throw new IOException(file + ": no case in it");
    }
    return new GoldenSet(cases);
  }

  Score score(Function<String, Vector> model) {
    int right = 0;
    String firstWrong = "";
    for (Case one : cases) {
      String got = nearest(one, model);
      if (got.equals(one.nearest)) {
        right++;
      } else if (firstWrong.isEmpty()) {
        firstWrong =
            "\"%s\" is nearest to \"%s\", not \"%s\"".formatted(one.sentence, got, one.nearest);
      }
    }
    return new Score(right, cases.size(), firstWrong);
  }

  /// The right sentence wins only where it is truly nearer: a model that maps all to one point, or
  /// to no number, fails.
  private static String nearest(Case one, Function<String, Vector> model) {
    Vector sentence = model.apply(one.sentence);
    double wanted = sentence.cosine(model.apply(one.nearest));
    for (String other : one.others) {
      if (!(wanted > sentence.cosine(model.apply(other)))) {
        return other;
      }
    }
    return one.nearest;
  }
}
