package dev.tombolo.agent.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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
        " 1:it did not work: a folder OUT is there already, or something may not be read or written",
        " 2:the words do not fit: OUT is, or lies in, what it is made of, or is a device; or no base",
        "   is given to a bundle that needs one",
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
      CommandLine line = Objects.requireNonNull(spec).commandLine();
      return new ApplyRun(base, bundle, out, byDigest, json).run(line.getOut(), line.getErr());
    }
  }
}
