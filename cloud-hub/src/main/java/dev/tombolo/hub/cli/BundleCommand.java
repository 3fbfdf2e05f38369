package dev.tombolo.hub.cli;

import dev.tombolo.hub.bundle.Bundles;
import dev.tombolo.hub.bundle.Links;
import dev.tombolo.hub.bundle.Permissions;
import dev.tombolo.hub.bundle.UnfitException;
import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Progress;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.BundleMade;
import dev.tombolo.hub.http.api.BundleShown;
import dev.tombolo.protocol.bundle.BundleException;
import dev.tombolo.protocol.bundle.BundleTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo bundle`: works without a hub.
@Command(
    name = "bundle",
    description = {
      "What takes a device from one version to another.",
      "Needs no hub. A shop applies one with: tombolo-agent bundle apply"
    },
    subcommands = {BundleCommand.Make.class, BundleCommand.Inspect.class})
final class BundleCommand extends CommandGroup {

  @Command(
      name = "make",
      description = {
        "Make the bundle that turns one file or folder into another.",
        "Tensors of safetensors and ONNX files are matched by name and shape, the rest by content.",
        "Links to files are followed, as in a snapshot of the Hugging Face cache.",
        "The same files always give the same bundle."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo bundle make --base v1/model.onnx --target v2/model.onnx --out v1-v2.bundle",
        "  tombolo bundle make --base release-1/ --target release-2/ --out 1-2.bundle",
        "  tombolo bundle make --target release-2/ --out 2.bundle       needs no base"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Make implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = "--base",
        paramLabel = "PATH",
        description = "What devices have; without it the bundle is a whole one.")
    private @Nullable Path base;

    @Option(
        names = "--target",
        required = true,
        paramLabel = "PATH",
        description = "What they shall have: a file or a folder.")
    private Path target;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "The bundle; a file that is there is replaced when the new one is whole.")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
      Screen screen = common.screen();
      long begun = System.nanoTime();
      mustExist(target, "--target");
      if (base != null) {
        mustExist(base, "--base");
      }
      mustBeSeen(out, "--out");
      Path folder = out.toAbsolutePath().getParent();
      boolean isTaken = Files.exists(out) && !Files.isRegularFile(out);
      if (isTaken || folder == null || !Files.isDirectory(folder)) {
        throw new Failure(
            Exit.NOT_FOUND, "not-found", "--out " + out + ": say a file in a folder that is there");
      }
      mustBeElsewhere(target, "--target", folder);
      if (base != null) {
        mustBeElsewhere(base, "--base", folder);
      }
      Bundles.Made made;
      try (Progress progress = screen.progress("coding", size(target))) {
        made = Bundles.make(base, target, out, Permissions.KEPT, Links.FOLLOWED, progress::add);
      } catch (UnfitException e) {
        throw new Failure(Exit.REFUSED, "unfit", String.valueOf(e.getMessage()), e);
      } catch (FileSystemException e) {
        throw new Failure(
            Exit.REFUSED,
            "files",
            FileFault.say(e) + "; see that it can be read, and " + out + " be written",
            e);
      } catch (IOException e) {
        throw new Failure(
            Exit.REFUSED,
            "files",
            "cannot make " + out + " of " + target + ": " + FileFault.say(e) + "; see its disk",
            e);
      }
      long milliseconds = (System.nanoTime() - begun) / 1_000_000;
      BundleMade row =
          new BundleMade(
              out.toString(),
              made.digest().text(),
              made.bytes(),
              made.plainBytes(),
              made.segments(),
              milliseconds);
      screen.say(
          row,
          () ->
              out
                  + ": "
                  + Ago.bytes(made.bytes())
                  + " for "
                  + Ago.bytes(made.plainBytes())
                  + ", "
                  + percent(made.bytes(), made.plainBytes())
                  + ", in "
                  + String.format(Locale.ROOT, "%.1f s", milliseconds / 1e3)
                  + "\ndigest "
                  + made.digest());
      noteLinks(screen, made.met());
      screen.hint(
          "use it: tombolo-agent bundle apply"
              + (base == null ? "" : " --base " + base)
              + " --bundle "
              + out
              + " --out PATH");
      return Exit.OK;
    }

    /// What is in the bundle, or missing in it, that nobody sees by looking at the folders.
    private static void noteLinks(Screen screen, Bundles.Met met) {
      if (met.targetLinks() > 0) {
        screen.note(
            counted(met.targetLinks(), " link", " links")
                + " in --target followed: the bundle makes plain files of them");
      }
      if (met.basePassedOver() > 0) {
        screen.note(
            "passed over in --base: "
                + counted(
                    met.basePassedOver(),
                    " link to no file or device",
                    " links to no files or devices")
                + ", as "
                + met.firstPassedOver()
                + "; a bundle builds on files only, so what links lead to needs a copy: cp -rL");
      }
    }

    private static String counted(int count, String one, String more) {
      return count + (count == 1 ? one : more);
    }

    private static void mustExist(Path path, String option) {
      mustBeSeen(path, option);
      if (!Files.exists(path)) {
        throw new Failure(
            Exit.NOT_FOUND,
            "not-found",
            option + ": there is no " + path + "; say a file or a folder");
      }
    }

    private static void mustBeSeen(Path path, String option) {
      FileFault.unseen(path)
          .ifPresent(
              why -> {
                throw new Failure(
                    Exit.REFUSED,
                    "files",
                    option
                        + ": cannot look at "
                        + path
                        + ": "
                        + why
                        + "; say a path that this user may look at");
              });
    }

    /// The bundle would take its place, or be packed into itself.
    private void mustBeElsewhere(Path path, String option, Path folder) throws IOException {
      boolean isSame = Files.exists(out) && Files.isSameFile(out, path);
      boolean isWithin =
          Files.isDirectory(path) && folder.toRealPath().startsWith(path.toRealPath());
      if (isSame || isWithin) {
        throw new Failure(
            Exit.REFUSED,
            "files",
            "--out " + out + (isSame ? " is " : " lies in ") + option + "; say another place");
      }
    }

    private static long size(Path path) throws IOException {
      try (var all = Files.walk(path.toRealPath())) {
        return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
  }

  @Command(
      name = "inspect",
      description = {
        "Show what a bundle needs, what it makes, and what each part of it costs.",
        "A segment is named by the file and the place in it where it begins. It has one",
        "or more codings, joined by a '+'."
      },
      footerHeading = "%nCodings:%n",
      footer = {
        "  copy                the base's bytes as they are",
        "  bytes               new bytes, packed; bytes<before: with what stands before them,",
        "                      bytes<base: with the base's bytes around them as a dictionary",
        "  new16, new32        new floats of 16 or 32 bits",
        "  byte-difference, nibble-difference, byte-xor",
        "                      bytes, halves of bytes, less the base's; bits that changed",
        "  float16, float32, integer16, integer32",
        "                      how far each number moved from the base's; float16 is BF16, too",
        "  float16-of-32, bfloat16-of-32, float32-of-16, float32-of-b16",
        "                      the same, where the base has another type (b16: BF16)",
        "",
        "Examples:",
        "  tombolo bundle inspect v1-v2.bundle",
        "  tombolo bundle inspect v1-v2.bundle --all",
        "  tombolo bundle inspect v1-v2.bundle --json | jq .codings"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Inspect implements Callable<Integer> {
    private static final int ROWS = 20;

    @Mixin private Common common;

    @Parameters(paramLabel = "FILE", description = "The bundle.")
    private Path file;

    @Option(
        names = "--all",
        description = "Show every segment, not only the " + ROWS + " that cost the most.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
      Screen screen = common.screen();
      BundleShown shown;
      try {
        BundleTable table = Bundles.table(file);
        shown = BundleReport.of(file, Files.size(file), table);
      } catch (NoSuchFileException e) {
        throw new Failure(
            Exit.NOT_FOUND,
            "not-found",
            "there is no " + file + "; make one: tombolo bundle make --help",
            e);
      } catch (BundleException e) {
        throw new Failure(
            Exit.REFUSED,
            "bad-bundle",
            file + ": " + e.getMessage() + "; fetch or make it again",
            e);
      } catch (IOException e) {
        throw new Failure(
            Exit.REFUSED,
            "files",
            "cannot read " + file + ": " + FileFault.why(e) + "; say a bundle that you may read",
            e);
      }
      screen.say(shown, () -> words(shown));
      int left = shown.segments().size() - ROWS;
      if (!all && left > 0) {
        screen.hint(left + " segments more, which cost less; all of them: --all");
      }
      return Exit.OK;
    }

    private String words(BundleShown shown) {
      Table codings = new Table("CODING", "SEGMENTS", "PLAIN", "CODED", "SHARE");
      for (BundleShown.Sum sum : shown.codings()) {
        codings.row(
            sum.coding(),
            Integer.toString(sum.segments()),
            Ago.bytes(sum.plainBytes()),
            Ago.bytes(sum.codedBytes()),
            percent(sum.codedBytes(), sum.plainBytes()));
      }
      List<BundleShown.Row> rows = shown.segments();
      Table segments = new Table("FILE", "AT", "CODING", "PLAIN", "CODED", "SHARE");
      for (BundleShown.Row row : all ? rows : BundleReport.dearest(rows, ROWS)) {
        segments.row(
            row.path().isEmpty() ? "-" : row.path(),
            Long.toString(row.offset()),
            row.coding(),
            Ago.bytes(row.plainBytes()),
            Ago.bytes(row.codedBytes()),
            percent(row.codedBytes(), row.plainBytes()));
      }
      return Ago.bytes(shown.bytes())
          + " make "
          + Ago.files(shown.makes().size())
          + " of "
          + Ago.bytes(shown.plainBytes())
          + ", "
          + percent(shown.bytes(), shown.plainBytes())
          + "; "
          + (shown.needs().isEmpty()
              ? "needs no base"
              : "needs a base of " + Ago.files(shown.needs().size()))
          + "; table "
          + Ago.bytes(shown.tableBytes())
          + "\n\n"
          + codings
          + "\n"
          + segments;
    }
  }

  private static String percent(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
  }
}
