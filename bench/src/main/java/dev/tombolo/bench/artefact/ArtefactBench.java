package dev.tombolo.bench.artefact;

import dev.tombolo.bench.process.Distributions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// What new versions of models cost on the line: ours beside casync, rsync, xdelta3 and zstd.
@Command(
    name = "artefact",
    description = {
      "Bytes, time and memory of bundles beside casync, rsync, xdelta3 and zstd.",
      "Needs 10 GB of disk; what is not installed is left out, and said."
    },
    mixinStandardHelpOptions = true)
public final class ArtefactBench implements Callable<Integer> {
  private static final int USUAL_MEGABYTES = 500;
  private static final int QUICK_MEGABYTES = 50;
  private static final long THOROUGH_BYTES_MAX = 40_000_000;

  @Option(names = "--quick", description = "made-up models of 50 MB instead of 500")
  boolean quick;

  @Option(
      names = "--more",
      description = "instead: other formats and other kinds of change, in models of 5 to 30 MB")
  boolean more;

  @Option(names = "--only", description = "only pairs whose name contains this")
  String only = "";

  @Option(names = "--ours", description = "only our own bundles")
  boolean ours;

  @Option(
      names = "--pair",
      arity = "2",
      paramLabel = "PATH",
      description = "instead of all these, a pair of your own: old and new, files or folders")
  List<Path> pair = List.of();

  @Option(names = "--json", description = "also write the figures to this file")
  @Nullable Path json;

  @Option(names = "--page", description = "also write the figures to this file as Markdown tables")
  @Nullable Path page;

  private final List<Row> rows = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Way> ways = Ways.all(Distributions.find(), THOROUGH_BYTES_MAX);
    for (Way way : ways) {
      if (!way.missing().isEmpty()) {
        System.out.println("left out: " + way.missing());
      }
    }
    Path folder = Files.createTempDirectory("tombolo-artefact");
    try {
      if (!pair.isEmpty()) {
        Path old = pair.getFirst().toRealPath();
        Path fresh = pair.getLast().toRealPath();
        measure(
            new Pair(old.getFileName() + " to " + fresh.getFileName(), old, fresh), ways, folder);
        return written();
      }
      for (String name : more ? MorePairs.names() : Pairs.names()) {
        if (name.contains(only)) {
          Path made = Files.createDirectory(folder.resolve("pair"));
          try {
            measure(
                more
                    ? new MorePairs(made).make(name)
                    : new Pairs(made, quick ? QUICK_MEGABYTES : USUAL_MEGABYTES).make(name),
                ways,
                folder);
          } catch (IOException e) {
            System.out.println("left out: " + name + ": " + e.getMessage());
          }
          delete(made);
        }
      }
    } finally {
      delete(folder);
    }
    return written();
  }

  private int written() throws IOException {
    if (json != null) {
      String all = rows.stream().map(Row::json).collect(Collectors.joining(",\n"));
      Files.writeString(json, "{\"bench\":\"artefact\",\"rows\":[\n" + all + "\n]}\n");
    }
    if (page != null) {
      Files.writeString(page, Page.of(rows));
    }
    return 0;
  }

  private void measure(Pair pair, List<Way> ways, Path folder)
      throws IOException, InterruptedException {
    long size = size(pair.fresh());
    System.out.printf(Locale.ROOT, "%n%s: %,d bytes%n", pair.name(), size);
    System.out.printf(
        "  %-22s %13s %8s %17s %17s %10s%n",
        "", "bytes", "of full", "make (CPU), s", "apply (CPU), s", "MiB, own");
    for (Way way : ours ? ways.subList(0, 1) : ways) {
      if (!way.missing().isEmpty()) {
        continue;
      }
      Path work = Files.createDirectory(folder.resolve("work"));
      try {
        say(pair, size, way, way.measure(pair, work));
      } catch (IOException e) {
        System.out.printf("  %-22s %s%n", way.name(), String.valueOf(e.getMessage()).strip());
      } finally {
        delete(work);
      }
    }
  }

  private void say(Pair pair, long size, Way way, Way.Taken taken) {
    Measured making = taken.making();
    Measured applying = taken.applying();
    System.out.printf(
        Locale.ROOT,
        "  %-22s %,13d %6.2f %% %8.1f (%6.1f) %8.1f (%6.1f) %4.0f/%4.0f %4.0f%n",
        way.name(),
        taken.bytes(),
        100.0 * taken.bytes() / size,
        making.seconds(),
        making.cpuSeconds(),
        applying.seconds(),
        applying.cpuSeconds(),
        making.peakMiB(),
        applying.peakMiB(),
        applying.ownMiB());
    rows.add(new Row(pair.name(), size, way.name(), taken));
  }

  private static long size(Path path) throws IOException {
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
