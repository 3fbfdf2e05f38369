package dev.tombolo.agent.cli;

import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BaseLinks;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.bundle.NeedsBaseException;
import dev.tombolo.agent.bundle.NoRoomException;
import dev.tombolo.agent.bundle.OutIsBaseException;
import dev.tombolo.agent.bundle.RefusedBundleException;
import dev.tombolo.protocol.codec.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// `bundle apply` as somebody says it. Plain words are understood without the parser, whose model
/// of all commands is a third of a second of the processor's time: more than a small model takes.
///
/// @param base null when the bundle needs none
record ApplyRun(@Nullable Path base, Path bundle, Path out, boolean byDigest, boolean json) {
  /// `bundle apply --bundle FILE --out PATH [--base PATH] [--by-digest] [--json]`, in any order,
  /// each once; empty for anything else, which the parser knows what to say to.
  static Optional<ApplyRun> of(String[] words) {
    if (words.length < 2 || !words[0].equals("bundle") || !words[1].equals("apply")) {
      return Optional.empty();
    }
    Path base = null;
    Path bundle = null;
    Path out = null;
    boolean byDigest = false;
    boolean json = false;
    for (int i = 2; i < words.length; i++) {
      boolean hasValue = i + 1 < words.length && isPlain(words[i + 1]);
      if (words[i].equals("--by-digest") && !byDigest) {
        byDigest = true;
      } else if (words[i].equals("--json") && !json) {
        json = true;
      } else if (words[i].equals("--base") && base == null && hasValue) {
        base = Path.of(words[++i]);
      } else if (words[i].equals("--bundle") && bundle == null && hasValue) {
        bundle = Path.of(words[++i]);
      } else if (words[i].equals("--out") && out == null && hasValue) {
        out = Path.of(words[++i]);
      } else {
        return Optional.empty();
      }
    }
    return bundle == null || out == null
        ? Optional.empty()
        : Optional.of(new ApplyRun(base, bundle, out, byDigest, json));
  }

  /// No option, no file of arguments, nothing quoted.
  private static boolean isPlain(String word) {
    return !word.isEmpty()
        && !word.startsWith("-")
        && !word.startsWith("@")
        && !word.startsWith("\"")
        && !word.startsWith("'");
  }

  /// Returns what to exit with.
  int run() {
    PrintWriter words = new PrintWriter(System.out, true);
    PrintWriter errors = new PrintWriter(System.err, true);
    try {
      return run(words, errors);
    } catch (IOException e) {
      errors.println("tombolo-agent: " + FileFault.say(e));
      return ExitCode.FAILED;
    }
  }

  int run(PrintWriter words, PrintWriter errors) throws IOException {
    mustBeSeen(bundle);
    if (base != null) {
      mustBeSeen(base);
    }
    if (!Files.isRegularFile(bundle)) {
      return notFound(errors, bundle + "; say --bundle FILE");
    }
    String unfit = unfit();
    if (unfit != null) {
      errors.println("tombolo-agent: " + unfit);
      return ExitCode.USAGE;
    }
    long begun = System.nanoTime();
    ProgressLine progress = new ProgressLine(!json, errors);
    BundleApply.Applied applied;
    try {
      applied =
          BundleApply.apply(
              base,
              BaseLinks.FOLLOWED,
              bundle,
              byDigest
                  ? BundleApply.Wanted.byDigests(out, OptionalLong.empty())
                  : BundleApply.Wanted.byPaths(out),
              progress::total,
              progress::add);
    } catch (BaseException e) {
      return failed(errors, e, ExitCode.BASE_DAMAGED);
    } catch (RefusedBundleException e) {
      return failed(errors, e, ExitCode.BUNDLE_REFUSED);
    } catch (NoRoomException e) {
      return failed(errors, e, ExitCode.NO_ROOM);
    } catch (NeedsBaseException | OutIsBaseException e) {
      return failed(errors, e, ExitCode.USAGE);
    } catch (NoSuchFileException e) {
      boolean isBase = base != null && !Files.exists(base);
      return notFound(
          errors, e.getMessage() + (isBase ? "; say --base PATH of the older version" : ""));
    } finally {
      progress.end();
    }
    say(words, applied, (System.nanoTime() - begun) / 1_000_000);
    return ExitCode.OK;
  }

  private void say(PrintWriter words, BundleApply.Applied applied, long millis) {
    if (json) {
      words.println(
          JsonWriter.write(
              applied,
              (writer, it) ->
                  writer
                      .text("out", out.toString())
                      .integer("bytes", it.bytes())
                      .integer("files", it.files())
                      .integer("milliseconds", millis)));
      return;
    }
    long tenths = (millis + 50) / 100;
    // Not by `+`, which takes a hundredth of a second where nothing else has used it.
    words.println(
        new StringBuilder(out.toString())
            .append(": ")
            .append(applied.bytes())
            .append(" bytes in ")
            .append(applied.files())
            .append(applied.files() == 1 ? " file" : " files")
            .append(", checked, in ")
            .append(tenths / 10)
            .append('.')
            .append(tenths % 10)
            .append(" s"));
  }

  /// Why OUT cannot be there: what it is made of would be lost, or a device.
  private @Nullable String unfit() throws IOException {
    if (Files.exists(out)) {
      if (Files.isSameFile(out, bundle)) {
        return "--out is the bundle; say another --out PATH";
      }
      if (base != null && Files.exists(base) && Files.isSameFile(out, base)) {
        return "--out is the base; say another --out PATH";
      }
      if (!Files.isRegularFile(out) && !Files.isDirectory(out)) {
        return out + " is a device or a pipe; say another --out PATH";
      }
    }
    Path parent = out.toAbsolutePath().normalize().getParent();
    if (base != null
        && Files.isDirectory(base)
        && parent != null
        && Files.exists(parent)
        && parent.toRealPath().startsWith(base.toRealPath())) {
      return "--out lies in the base; say another --out PATH";
    }
    return null;
  }

  /// What may not be looked at is not called missing.
  private static void mustBeSeen(Path path) throws IOException {
    if (!Files.exists(path)) {
      try {
        Files.readAttributes(path, BasicFileAttributes.class);
      } catch (NoSuchFileException e) {
        // It is said where it is missed.
      }
    }
  }

  private static int failed(PrintWriter errors, IOException why, int exit) {
    errors.println("tombolo-agent: " + why.getMessage());
    return exit;
  }

  private static int notFound(PrintWriter errors, String what) {
    errors.println("tombolo-agent: there is no " + what);
    return ExitCode.NOT_FOUND;
  }
}
