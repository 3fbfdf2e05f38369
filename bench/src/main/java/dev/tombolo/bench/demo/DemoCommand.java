package dev.tombolo.bench.demo;

import dev.tombolo.bench.process.Distributions;
import dev.tombolo.bench.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tombolo demo`
@Command(
    name = "demo",
    description = {
      "Shows the whole path once on this machine, with real processes.",
      "Three shops join, get a real model, one loses its line, works on, and catches up.",
      "Ends with 0 only if every claim it makes holds."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final List<Step> STEPS =
      List.of(
          new HubStarts(),
          new ShopsJoin(),
          new ModelGoesLive(),
          new LineIsCut(),
          new LineIsBack(),
          new BadModelRollsBack(),
          new HubIsKilled());

  @Option(names = "--json", paramLabel = "FILE", description = "Write how each step went.")
  @Nullable Path json;

  @Option(
      names = "--until",
      paramLabel = "STEP",
      description = "Stop after this step: ${COMPLETION-CANDIDATES}.",
      completionCandidates = StepNames.class)
  @Nullable String until;

  @Option(names = "--times", description = "At the end, show where the time of each step went.")
  boolean times;

  @Option(names = "--keep", description = "Leave it running, and say how to play with it.")
  boolean keep;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "An empty folder to use; default: a temporary one.")
  @Nullable Path dir;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Step> steps = steps();
    Screen screen = Screen.standard();
    Distributions distributions = Distributions.find();
    Path folder = folder();
    var processes = new Processes(folder);
    var cleaning = new Thread(() -> interrupted(screen, processes, folder));
    Runtime.getRuntime().addShutdownHook(cleaning);
    try {
      return play(Town.build(folder, distributions, processes, screen), processes, steps);
    } finally {
      if (!keep) {
        clean(processes, folder);
      }
      unhook(cleaning);
    }
  }

  private int play(Town town, Processes processes, List<Step> steps)
      throws IOException, InterruptedException {
    Playbill.introduce(town);
    DemoResult result = new Playbill(town.screen()).play(town, steps);
    if (times) {
      Playbill.showTimes(town.screen(), result);
    }
    if (json != null) {
      result.write(json);
    }
    if (keep) {
      Playbill.tellHowToPlay(town, processes);
      processes.keep();
    }
    return result.ok() ? 0 : 1;
  }

  private List<Step> steps() {
    if (until == null) {
      return STEPS;
    }
    List<String> names = new StepNames().names();
    int last = names.indexOf(until);
    if (last < 0) {
      throw new IllegalArgumentException(
          "--until: '" + until + "' is no step; use one of " + String.join(", ", names));
    }
    return STEPS.subList(0, last + 1);
  }

  private static final class StepNames implements Iterable<String> {
    List<String> names() {
      return STEPS.stream().map(Step::name).toList();
    }

    @Override
    public Iterator<String> iterator() {
      return names().iterator();
    }
  }

  private Path folder() throws IOException {
    if (dir == null) {
      return Files.createTempDirectory("tombolo-demo-").toRealPath();
    }
    Path made = Files.createDirectories(dir).toRealPath();
    try (var inside = Files.list(made)) {
      if (inside.findAny().isPresent()) {
        throw new IOException(made + " is not empty; name a new folder");
      }
    }
    return made;
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Ctrl-C: the hook is at work already.
    }
  }

  private static void interrupted(Screen screen, Processes processes, Path folder) {
    screen.beSilent();
    screen.lastWord("\nInterrupted: ending every process and removing " + folder);
    clean(processes, folder);
    if (!Files.exists(folder)) {
      screen.lastWord("Nothing is left behind.");
    }
  }

  /// At the end, and after Ctrl-C; then both threads come here, one after the other.
  private static synchronized void clean(Processes processes, Path folder) {
    try {
      processes.endAll();
      if (Files.exists(folder)) {
        Folders.remove(folder);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + folder + " (" + e.getMessage() + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
