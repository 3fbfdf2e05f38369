package dev.tombolo.bench.artefact;

import dev.tombolo.bench.process.Distributions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Ours and the others'.
final class Ways {
  private static final Pattern RSYNC_SENT = Pattern.compile("Total bytes sent: ([0-9,]+)");
  private static final Pattern RSYNC_RECEIVED = Pattern.compile("Total bytes received: ([0-9,]+)");

  private Ways() {}

  static List<Way> all(Distributions distributions, long thoroughBytesMax) {
    return List.of(
        new Ours(distributions),
        new Packed(),
        new Patch(3, Long.MAX_VALUE),
        new Patch(19, thoroughBytesMax),
        new Xdelta(),
        new Rsync(),
        new Casync());
  }

  /// `tombolo bundle`.
  private record Ours(Distributions distributions) implements Way {
    @Override
    public String name() {
      return "tombolo";
    }

    @Override
    public String missing() {
      return "";
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      String bundle = work.resolve("bundle").toString();
      String old = pair.old().toString();
      Measured making =
          Measured.run(
              work,
              distributions.tombolo().toString(),
              "bundle",
              "make",
              "--base",
              old,
              "--target",
              pair.fresh().toString(),
              "--out",
              bundle);
      Measured applying =
          Measured.run(
              work,
              distributions.agent().toString(),
              "bundle",
              "apply",
              "--base",
              old,
              "--bundle",
              bundle,
              "--out",
              work.resolve("out").toString());
      mustBeSame(work, pair.fresh(), work.resolve("out"));
      return new Taken(Files.size(work.resolve("bundle")), making, applying);
    }
  }

  /// The whole, packed.
  private record Packed() implements Way {
    @Override
    public String name() {
      return "zstd -3, whole";
    }

    @Override
    public String missing() {
      return lacking("zstd");
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      Path fresh = oneFile(pair.fresh(), work.resolve("new.tar"));
      Path packed = work.resolve("packed");
      Measured making =
          Measured.run(work, "zstd", "-q", "-3", fresh.toString(), "-o", packed.toString());
      Measured applying =
          Measured.run(
              work, "zstd", "-q", "-d", packed.toString(), "-o", work.resolve("out").toString());
      return new Taken(Files.size(packed), making, applying);
    }
  }

  /// `zstd --patch-from`.
  private record Patch(int level, long bytesMax) implements Way {
    @Override
    public String name() {
      return "zstd -" + level + " --patch-from";
    }

    @Override
    public String missing() {
      return lacking("zstd");
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      Path old = oneFile(pair.old(), work.resolve("old.tar"));
      Path fresh = oneFile(pair.fresh(), work.resolve("new.tar"));
      if (Files.size(fresh) > bytesMax) {
        throw new IOException("not run: it would take many minutes");
      }
      Path patch = work.resolve("patch");
      Measured making =
          Measured.run(
              work,
              "zstd",
              "-q",
              "-" + level,
              "--long=30",
              "--patch-from=" + old,
              fresh.toString(),
              "-o",
              patch.toString());
      Measured applying =
          Measured.run(
              work,
              "zstd",
              "-q",
              "-d",
              "--long=30",
              "--patch-from=" + old,
              patch.toString(),
              "-o",
              work.resolve("out").toString());
      return new Taken(Files.size(patch), making, applying);
    }
  }

  private record Xdelta() implements Way {
    @Override
    public String name() {
      return "xdelta3 -9";
    }

    @Override
    public String missing() {
      return lacking("xdelta3");
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      Path old = oneFile(pair.old(), work.resolve("old.tar"));
      Path fresh = oneFile(pair.fresh(), work.resolve("new.tar"));
      String patch = work.resolve("patch").toString();
      String window = Long.toString(Math.max(64L << 20, Files.size(old)));
      Measured making =
          Measured.run(
              work,
              "xdelta3",
              "-9",
              "-B",
              window,
              "-e",
              "-s",
              old.toString(),
              fresh.toString(),
              patch);
      Measured applying =
          Measured.run(
              work,
              "xdelta3",
              "-B",
              window,
              "-d",
              "-s",
              old.toString(),
              patch,
              work.resolve("out").toString());
      return new Taken(Files.size(work.resolve("patch")), making, applying);
    }
  }

  /// Both ends on this machine; what it says it sent and received.
  private record Rsync() implements Way {
    @Override
    public String name() {
      return "rsync -z";
    }

    @Override
    public String missing() {
      return lacking("rsync");
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      boolean folder = Files.isDirectory(pair.old());
      Path there = work.resolve("there");
      Measured.run(work, "cp", "-a", pair.old().toString(), there.toString());
      Measured both =
          Measured.run(
              work,
              "rsync",
              "-az",
              "--ignore-times",
              "--no-whole-file",
              "--stats",
              pair.fresh() + (folder ? "/" : ""),
              there + (folder ? "/" : ""));
      long bytes = number(RSYNC_SENT, both.out()) + number(RSYNC_RECEIVED, both.out());
      return new Taken(bytes, both, both);
    }

    private static long number(Pattern pattern, String said) throws IOException {
      Matcher matcher = pattern.matcher(said);
      if (!matcher.find()) {
        throw new IOException("rsync did not tell its bytes: " + said);
      }
      return Long.parseLong(matcher.group(1).replace(",", ""));
    }
  }

  /// The chunks that were not in the store before, and the index.
  private record Casync() implements Way {
    @Override
    public String name() {
      return "casync";
    }

    @Override
    public String missing() {
      return lacking("casync");
    }

    @Override
    public Taken measure(Pair pair, Path work) throws IOException, InterruptedException {
      boolean folder = Files.isDirectory(pair.old());
      String store = "--store=" + work.resolve("store");
      String kind = folder ? ".caidx" : ".caibx";
      Path oldIndex = work.resolve("old" + kind);
      Path newIndex = work.resolve("new" + kind);
      Measured.run(work, "casync", "make", store, oldIndex.toString(), pair.old().toString());
      long before = size(work.resolve("store"));
      Measured making =
          Measured.run(work, "casync", "make", store, newIndex.toString(), pair.fresh().toString());
      long bytes = size(work.resolve("store")) - before + Files.size(newIndex);
      Measured applying =
          Measured.run(
              work,
              "casync",
              "extract",
              store,
              "--seed=" + pair.old(),
              newIndex.toString(),
              work.resolve("out").toString());
      return new Taken(bytes, making, applying);
    }
  }

  /// Tools that know single files get a folder as an archive.
  private static Path oneFile(Path path, Path archive) throws IOException, InterruptedException {
    if (!Files.isDirectory(path)) {
      return path;
    }
    Measured.run(
        path,
        "tar",
        "--sort=name",
        "--mtime=@0",
        "--owner=0",
        "--group=0",
        "-cf",
        archive.toString(),
        ".");
    return archive;
  }

  private static void mustBeSame(Path work, Path wanted, Path made)
      throws IOException, InterruptedException {
    Measured.run(work, "diff", "-r", wanted.toString(), made.toString());
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static String lacking(String program) {
    for (String folder : List.of("/usr/bin", "/bin", "/usr/local/bin")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return "";
      }
    }
    return program + " is not installed; Debian: apt-get install " + program;
  }
}
