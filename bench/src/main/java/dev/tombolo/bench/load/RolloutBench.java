package dev.tombolo.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One rollout over a million simulated devices on one core: planned, driven, killed in the middle
/// and resumed, with every change on the disk before the next.
@Command(
    name = "rollout",
    description = {
      "A rollout over many simulated devices: planned, driven, killed and resumed.",
      "The hub's rollout engine over its own database, read by its own readers",
      "and planned by its own steps, without lines and documents, in a process of",
      "its own on one core, the one that is quickest just now (taskset, where",
      "there is one). A million devices take some ten minutes and 6 GiB of memory,",
      "most of it for writing and reading what the hub has of them."
    },
    mixinStandardHelpOptions = true)
public final class RolloutBench implements Callable<Integer> {
  /// A hub's memory of a million devices, besides the rollout. Of one size from the beginning, as
  /// servers have it: one that shrinks and grows again is asked of the machine again.
  private static final List<String> HEAP = List.of("-Xms6g", "-Xmx6g");

  @Option(
      names = "--devices",
      defaultValue = "1000000",
      description = "simulated devices (${DEFAULT-VALUE})")
  int devices;

  @Mixin final FiguresFile file = new FiguresFile();

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("tombolo-rollout");
    try {
      run(RolloutFleet.class, folder, false);
      Map<String, Double> first = run(RolloutDrive.class, folder, true);
      Map<String, Double> second = run(RolloutDrive.class, folder, false);
      Figures figures = new Figures("rollout");
      figures.headline("previewSeconds", "changesPerSecond", "heapBytesPerDevice");
      figures.put("devices", devices);
      take(figures, first, "previewSeconds");
      take(figures, first, "previewAloneSeconds");
      take(figures, first, "previewProcessorSeconds");
      double planned = measured(first, "heapPlanned");
      double peak = Math.max(measured(first, "heapPeak"), measured(second, "heapPeak"));
      double before = measured(first, "heapBefore");
      figures.put("heapBytesPerDevice", (Math.max(planned, peak) - before) / devices);
      figures.put("heapBytesPerDevicePlanned", (planned - before) / devices);
      figures.put("hubHeapBytesPerDevice", before / devices);
      take(figures, first, "renderSeconds");
      take(figures, first, "changesBeforeKill");
      take(figures, second, "resumeSeconds");
      take(figures, second, "inFlightAfterKill");
      double changes = measured(first, "changesBeforeKill") + measured(second, "changes");
      double seconds = measured(first, "seconds") + measured(second, "seconds");
      figures.put("changes", changes);
      figures.put("changesPerSecond", changes / seconds);
      figures.put("millisPerThousandChanges", seconds * 1e6 / changes);
      take(figures, first, "longestPlanningStepMillis");
      take(figures, first, "planningStepsOverFiveMillis");
      take(figures, second, "longestStepMillis");
      take(figures, second, "longestStepWallMillis");
      take(figures, second, "stepsOverFiveMillis");
      take(figures, second, "succeeded");
      take(figures, second, "failed");
      take(figures, second, "notReached");
      take(figures, second, "databaseMegabytes");
      file.write(figures);
      return 0;
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void take(Figures figures, Map<String, Double> from, String name) {
    figures.put(name, measured(from, name));
  }

  private static double measured(Map<String, Double> from, String name) {
    return from.getOrDefault(name, Double.NaN);
  }

  /// @param killed in the middle, by SIGKILL
  private Map<String, Double> run(Class<?> program, Path folder, boolean killed)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    if (QuickCore.canBeChosen()) {
      QuickCore core = QuickCore.find();
      System.out.println("# on core " + core.number() + ": " + core.words());
      command.addAll(core.prefix());
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(HEAP);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName(),
            folder.resolve("hub.db").toString(),
            Integer.toString(devices)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Map<String, Double> said = new HashMap<>();
    StageLine stage = StageLine.standard();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("#")) {
          stage.clear();
          System.out.println(line);
          continue;
        }
        if (line.startsWith(StageLine.MARK)) {
          stage.show(line.substring(StageLine.MARK.length()));
          continue;
        }
        String[] words = line.split(" ");
        said.put(words[0], Double.parseDouble(words[1]));
        boolean isMiddle = said.getOrDefault("changesBeforeKill", 0.0) >= devices * 2.0;
        if (killed && isMiddle && words[0].equals("seconds")) {
          process.destroyForcibly();
          break;
        }
      }
    }
    stage.clear();
    int exit = process.waitFor();
    if (!killed && exit != 0) {
      throw new IOException(program.getSimpleName() + " ended with " + exit);
    }
    return said;
  }
}
