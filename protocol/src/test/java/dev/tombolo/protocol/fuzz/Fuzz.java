package dev.tombolo.protocol.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// The tests of a module's targets. Usually each plays its seeds, its corpus and some hundred
/// changed inputs, the same ones each time. With `-Dfuzz=MINUTES` each hunts for so many minutes of
/// processor time, led by the code that is reached; `-Dfuzz.target=NAME` takes one of them,
/// `-Dfuzz.seed=N` other chances. What is found is kept in `target/fuzz`.
public final class Fuzz {
  private static final long QUICK_SEED = 1;

  private Fuzz() {}

  /// One test for each target.
  ///
  /// @param targets has a constructor without parameters
  public static Stream<DynamicTest> tests(Class<? extends Supplier<List<FuzzTarget>>> targets)
      throws ReflectiveOperationException {
    String minutes = System.getProperty("fuzz", "");
    String only = System.getProperty("fuzz.target", "");
    boolean hunts = !minutes.isEmpty();
    Class<?> loaded = hunts ? watched(targets.getName()) : targets;
    return list(loaded).stream()
        .filter(target -> only.isEmpty() || target.name().equals(only))
        .map(
            target ->
                DynamicTest.dynamicTest(
                    target.name(),
                    () -> {
                      if (hunts) {
                        hunt(target, Double.parseDouble(minutes));
                      } else {
                        play(target);
                      }
                    }));
  }

  /// Services are looked up by the context's loader: theirs must be the watched classes too.
  private static Class<?> watched(String targets) throws ClassNotFoundException {
    CoverageLoader loader = new CoverageLoader(Fuzz.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    return loader.loadClass(targets);
  }

  private static List<FuzzTarget> list(Class<?> targets) throws ReflectiveOperationException {
    var constructor = targets.getDeclaredConstructor();
    constructor.setAccessible(true);
    List<FuzzTarget> found = new ArrayList<>();
    for (Object target : (List<?>) ((Supplier<?>) constructor.newInstance()).get()) {
      found.add((FuzzTarget) Objects.requireNonNull(target));
    }
    return found;
  }

  private static void play(FuzzTarget target) throws Exception {
    Hunt hunt = new Hunt(target, QUICK_SEED);
    long before = corpus(target).size() + target.seeds().size();
    Hunt.Result result =
        hunt.run(corpus(target), (runs, cpuMinutes) -> runs >= before + target.quickRuns());
    judge(target, result, Path.of("target", "fuzz"));
  }

  private static void hunt(FuzzTarget target, double minutes) throws Exception {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Hunt.Result result =
        new Hunt(target, seed).run(corpus(target), (runs, cpuMinutes) -> cpuMinutes >= minutes);
    PrintStream out = System.out;
    out.printf(
        Locale.ROOT,
        "fuzz %s: seed %d, %d runs, %.1f CPU-minutes, %d inputs kept, %d places, %d answers, %d findings%n",
        target.name(),
        seed,
        result.runs(),
        result.cpuMinutes(),
        result.pool(),
        result.places(),
        result.verdicts(),
        result.findings().size());
    judge(target, result, Path.of("target", "fuzz"));
  }

  private static void judge(FuzzTarget target, Hunt.Result result, Path kept) throws IOException {
    AssertionError all = null;
    for (Finding finding : result.findings()) {
      Path folder = Files.createDirectories(kept.resolve(target.name()));
      String name = "%08x".formatted(finding.kind().hashCode());
      Path file = folder.resolve(name);
      Files.write(file, finding.input());
      AssertionError one =
          new AssertionError(
              finding.kind()
                  + "; "
                  + finding.input().length
                  + " bytes in "
                  + file
                  + ": "
                  + shown(finding.input()),
              finding.thrown());
      if (all == null) {
        all = one;
      } else {
        all.addSuppressed(one);
      }
    }
    if (all != null) {
      throw all;
    }
  }

  private static String shown(byte[] input) {
    int most = Math.min(input.length, 48);
    return HexFormat.of().formatHex(input, 0, most) + (most < input.length ? "..." : "");
  }

  /// The inputs that broke it once, from the test resources `fuzz/NAME/`.
  private static List<byte[]> corpus(FuzzTarget target) throws IOException, URISyntaxException {
    URL folder = target.getClass().getClassLoader().getResource("fuzz/" + target.name());
    List<byte[]> inputs = new ArrayList<>();
    if (folder != null) {
      try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
        for (Path file : files.sorted().toList()) {
          inputs.add(Files.readAllBytes(file));
        }
      }
    }
    return inputs;
  }
}
