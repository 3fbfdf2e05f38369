package dev.tombolo.bench.demo;

import dev.tombolo.bench.demo.DeviceSeen.ApplicationSeen;
import dev.tombolo.bench.process.Spawned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Plays the steps in order, stops at the first that fails, and shows where it all ended.
final class Playbill {
  private static final int LOG_TAIL_LINES = 25;
  private static final double NOTICED_SECONDS = 0.2;
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private final Screen screen;

  Playbill(Screen screen) {
    this.screen = screen;
  }

  /// What to type before the commands, to run them oneself.
  static void introduce(Town town) {
    town.screen()
        .say("Everything lies in " + town.folder() + "; the commands below run there with");
    environment(town).forEach((name, value) -> town.screen().say("  " + name + "=" + value));
  }

  private static Map<String, String> environment(Town town) {
    return new TreeMap<>(town.hub().environment());
  }

  DemoResult play(Town town, List<Step> steps) throws InterruptedException {
    long start = System.nanoTime();
    List<StepResult> results = new ArrayList<>();
    for (Step step : steps) {
      screen.title("%d. %s".formatted(results.size() + 1, step.title()));
      StepResult result = play(town, step);
      results.add(result);
      if (!result.ok()) {
        screen.broken(result.problem());
        showLogs(town);
        break;
      }
    }
    boolean ok = results.stream().allMatch(StepResult::ok);
    double seconds = Stopwatch.secondsSince(start);
    showTable(town);
    screen.say("");
    screen.say(
        ok
            ? String.format(Locale.ROOT, "All %d claims hold. %.0f s.", claims(results), seconds)
            : "The demo failed; see above.");
    return new DemoResult(ok, seconds, results);
  }

  private static StepResult play(Town town, Step step) throws InterruptedException {
    long start = System.nanoTime();
    String problem = "";
    try {
      step.play(town);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      problem = Objects.requireNonNullElse(e.getMessage(), e.toString());
    }
    return new StepResult(
        step.name(),
        problem.isEmpty(),
        Stopwatch.secondsSince(start),
        town.takeClaims(),
        problem,
        town.shell().stopwatch().take());
  }

  private static int claims(List<StepResult> results) {
    return results.stream().mapToInt(result -> result.claims().size()).sum();
  }

  private void showTable(Town town) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DEVICE", "SITE", "WANTED", "LIVE", "STATE", "SINCE"));
    try {
      for (DeviceSeen device : town.hub().devices()) {
        for (ApplicationSeen seen : Town.embedding(device)) {
          rows.add(
              List.of(
                  device.device(),
                  device.site(),
                  Objects.requireNonNullElse(seen.wanted(), "-"),
                  Objects.requireNonNullElse(seen.live(), "-"),
                  seen.phase(),
                  CLOCK.format(Instant.ofEpochMilli(seen.sinceMillis()))));
        }
      }
    } catch (IOException e) {
      screen.say("no table: the hub does not answer: " + e.getMessage());
      return;
    }
    if (rows.size() > 1) {
      screen.say("");
      screen.table(rows);
    }
  }

  /// By step: how long it took, and the parts of it that one would notice.
  static void showTimes(Screen screen, DemoResult result) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("SECONDS", "OF THAT", "STEP"));
    for (StepResult step : result.steps()) {
      rows.add(List.of(seconds(step.seconds()), "", step.name()));
      double rest = step.seconds();
      for (PartTime part : step.parts()) {
        rest -= part.seconds();
        if (part.seconds() >= NOTICED_SECONDS) {
          rows.add(List.of("", seconds(part.seconds()), "  " + part.what()));
        }
      }
      rows.add(List.of("", seconds(Math.max(0, rest)), "  between these"));
    }
    screen.say("");
    screen.table(rows);
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%7.1f", seconds);
  }

  /// The end of every log, for the one who has to find out why.
  private void showLogs(Town town) {
    try (Stream<Path> files = Files.walk(town.folder(), 4)) {
      for (Path log : files.filter(file -> file.toString().endsWith(".log")).sorted().toList()) {
        List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
        screen.say("--- " + town.folder().relativize(log));
        lines
            .subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size())
            .forEach(line -> screen.say("    " + line));
      }
    } catch (IOException e) {
      screen.say("logs unreadable: " + e.getMessage());
    }
  }

  static void tellHowToPlay(Town town, Processes processes) {
    Screen screen = town.screen();
    screen.title("Left running in " + town.folder());
    screen.say("  cd " + town.folder());
    environment(town).forEach((name, value) -> screen.say("  export " + name + "=" + value));
    screen.say("  tombolo get devices          # " + town.shell().program());
    screen.say("  tombolo assign " + town.models().first().release() + " --fleet " + Town.FLEET);
    screen.say("  curl -d 'some text' http://127.0.0.1:" + town.shop(1).servicePort() + "/embed");
    screen.say("  echo cut | nc -q1 127.0.0.1 " + town.shop(2).line().port() + "   # or: open");
    screen.say("To end it:");
    StringBuilder pids = new StringBuilder();
    for (Spawned process : processes.running()) {
      pids.append(' ').append(process.pid());
    }
    for (ProcessHandle workload : processes.workloads()) {
      pids.append(' ').append(workload.pid());
    }
    screen.say("  kill" + pids + "; rm -r " + town.folder());
  }
}
