package dev.tombolo.protocol.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
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
    Hunt hunt = new Hunt(target, QUICK_SEED, _ -> {});
    long before = corpus(target).size() + target.seeds().size();
    Hunt.Result result =
        hunt.run(corpus(target), (runs, cpuMinutes) -> runs >= before + target.quickRuns());
    judge(target, result);
  }

  private static void hunt(FuzzTarget target, double minutes) throws Exception {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    PrintStream out = System.out;
    Hunt hunt =
        new Hunt(
            target,
            seed,
            finding ->
                out.println(
                    "fuzz "
                        + target.name()
                        + ": "
                        + finding.kind()
                        + " in "
                        + keep(target, finding)));
    AtomicInteger told = new AtomicInteger();
    Hunt.Until until =
        (runs, cpuMinutes) -> {
          if (cpuMinutes >= told.get() + 1) {
            told.set((int) cpuMinutes);
            out.printf(
                Locale.ROOT,
                "fuzz %s: seed %d, %d runs in %.1f CPU-minutes so far%n",
                target.name(),
                seed,
                runs,
                cpuMinutes);
          }
          return cpuMinutes >= minutes;
        };
    Hunt.Result result = hunt.run(corpus(target), until);
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
    judge(target, result);
  }

  private static Path keep(FuzzTarget target, Finding finding) {
    Path folder = Path.of("target", "fuzz", target.name());
    Path file = folder.resolve("%08x".formatted(finding.kind().hashCode()));
    try {
      Files.createDirectories(folder);
      return Files.write(file, finding.input());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void judge(FuzzTarget target, Hunt.Result result) {
    AssertionError all = null;
    for (Finding finding : result.findings()) {
      Path file = keep(target, finding);
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
