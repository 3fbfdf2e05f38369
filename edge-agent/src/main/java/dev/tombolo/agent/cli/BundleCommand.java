package dev.tombolo.agent.cli;

import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
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
      } catch (NoSuchFileException e) {
        return notFound(errors, e.getMessage() + "; say --base PATH of the older version");
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

    /// The running agent tells these apart.
    private int failed(PrintWriter errors, IOException why, int exit) {
      errors.println("tombolo-agent: " + why.getMessage());
      return byDigest ? exit : ExitCode.FAILED;
    }

    private static int notFound(PrintWriter errors, String what) {
      errors.println("tombolo-agent: there is no " + what);
      return ExitCode.NOT_FOUND;
    }
  }
}
