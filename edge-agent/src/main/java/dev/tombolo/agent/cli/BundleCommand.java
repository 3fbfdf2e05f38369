package dev.tombolo.agent.cli;

import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.bundle.NeedsBaseException;
import dev.tombolo.agent.bundle.NoRoomException;
import dev.tombolo.agent.bundle.RefusedBundleException;
import dev.tombolo.protocol.codec.JsonWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `tombolo-agent bundle`.
@Command(
    name = "bundle",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "What takes this device from one version to another; needs no hub.",
    subcommands = BundleCommand.Apply.class)
final class BundleCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: tombolo-agent bundle apply");
  }

  /// `tombolo-agent bundle apply`.
  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = {
        "Makes a new version from an older one and a bundle.",
        "Every byte is checked. OUT is there whole or not at all; what a killed run left is removed",
        "by the next. A file is replaced at once, a folder must not exist yet."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {
        " 0:OUT is there",
        " 1:it did not work",
        " 2:the words do not fit, or no base is given to a bundle that needs one",
        " 4:something named is not there",
        " 5:the base is not the one that the bundle was made for, or damaged",
        " 6:the bundle is broken",
        " 7:the disk is too small"
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo-agent bundle apply --base v1.onnx --bundle v1-v2.bundle --out v2.onnx",
        "  tombolo-agent bundle apply --base release-1 --bundle 1-2.bundle --out release-2",
        "  tombolo-agent bundle apply --bundle 2.bundle --out release-2"
      })
  static final class Apply implements Callable<Integer> {
    @Option(
        names = "--base",
        paramLabel = "PATH",
        description = "The older version, unless the bundle needs none.")
    private @Nullable Path base;

    @Option(names = "--bundle", required = true, paramLabel = "FILE", description = "The bundle.")
    private Path bundle = Path.of("");

    @Option(
        names = "--out",
        required = true,
        paramLabel = "PATH",
        description = "The new version; a file or a folder, as the bundle says.")
    private Path out = Path.of("");

    @Option(
        names = "--by-digest",
        description = "OUT is a folder with each file by its SHA-256, not by its path.")
    private boolean byDigest;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      PrintWriter errors = Objects.requireNonNull(spec).commandLine().getErr();
      if (!Files.isRegularFile(bundle)) {
        return notFound(errors, bundle + "; say --bundle FILE");
      }
      String unfit = unfit();
      if (unfit != null) {
        errors.println("tombolo-agent: " + unfit);
        return ExitCode.USAGE;
      }
      long begun = System.nanoTime();
      ProgressLine progress = new ProgressLine(System.console() != null && !json, errors);
      BundleApply.Applied applied;
      try {
        applied =
            BundleApply.apply(
                base,
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
      } catch (NeedsBaseException e) {
        return failed(errors, e, ExitCode.USAGE);
      } catch (NoSuchFileException e) {
        boolean isBase = base != null && !Files.exists(base);
        return notFound(
            errors, e.getMessage() + (isBase ? "; say --base PATH of the older version" : ""));
      } finally {
        progress.end();
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      PrintWriter words = spec.commandLine().getOut();
      words.println(
          json
              ? JsonWriter.write(
                  applied,
                  (writer, it) ->
                      writer
                          .text("out", out.toString())
                          .integer("bytes", it.bytes())
                          .integer("files", it.files())
                          .integer("milliseconds", (long) (seconds * 1000)))
              : String.format(
                  Locale.ROOT,
                  "%s: %d bytes in %d %s, checked, in %.1f s",
                  out,
                  applied.bytes(),
                  applied.files(),
                  applied.files() == 1 ? "file" : "files",
                  seconds));
      return ExitCode.OK;
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

    private static int failed(PrintWriter errors, IOException why, int exit) {
      errors.println("tombolo-agent: " + why.getMessage());
      return exit;
    }

    private static int notFound(PrintWriter errors, String what) {
      errors.println("tombolo-agent: there is no " + what);
      return ExitCode.NOT_FOUND;
    }
  }
}
