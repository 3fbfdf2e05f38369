package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.kit.AwaitedBundles;
import dev.tombolo.hub.cli.kit.KitAssembly;
import dev.tombolo.hub.cli.kit.KitContents;
import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Progress;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.config.Units;
import dev.tombolo.hub.http.api.BundleAnswer;
import dev.tombolo.hub.http.api.KitAsk;
import dev.tombolo.hub.http.api.KitMade;
import dev.tombolo.hub.http.api.KitWritten;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.kit.KitFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo kit`.
@Command(
    name = "kit",
    description = "Updates for shops without a line, on a USB stick.",
    subcommands = {KitCommand.Create.class, KitCommand.Inspect.class})
final class KitCommand extends CommandGroup {

  @Command(
      name = "create",
      description = {
        "Write one file with everything that the devices of a site should be now: their signed"
            + " documents, and the files of their releases. A device takes it with 'tombolo-agent kit"
            + " apply', with all checks of the line; when its line is back the hub knows.",
        "It brings what changed since the releases that the hub knows the devices to run, and waits"
            + " until that is made; all of it, packed, for devices that run nothing yet.",
        "Only the devices it is for can open it, by their own keys; with --passphrase-file whoever"
            + " knows the words can."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo kit create --site store-117 --out store-117.kit",
        "  tombolo kit create --site store-117 --slot store-117/counter-1 --out counter-1.kit",
        "  tombolo kit create --site store-117 --out store-117.kit --passphrase-file words.txt",
        "  tombolo kit create --site store-117 --out store-117.kit --whole    builds on nothing"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Create extends HubOptions implements Callable<Integer> {
    private static final int PASSPHRASE_BYTES_MAX = 4 * 1024;

    @Option(names = "--site", required = true, paramLabel = "SITE", description = "Which shop.")
    private String site;

    @Option(
        names = "--slot",
        paramLabel = "SITE/SLOT",
        description = "Only for the device in this slot; may be given again. Else for all.")
    private List<String> slots = List.of();

    @Option(
        names = "--out",
        required = true,
        paramLabel = "FILE",
        description = "The file to write; replaced when it is there.")
    private Path out;

    @Option(
        names = "--passphrase-file",
        paramLabel = "FILE",
        description =
            "A file with a passphrase of at least 12 characters, or - for the standard input.")
    private @Nullable String passphraseFile;

    @Option(
        names = "--whole",
        description =
            "Every file as it is, whatever the devices run: larger, and right for a device whose"
                + " files are damaged.")
    private boolean whole;

    @Option(
        names = "--wait",
        defaultValue = "10m",
        paramLabel = "TIME",
        description =
            "How long to wait for what changed to be made; then files come whole. Default:"
                + " ${DEFAULT-VALUE}")
    private String wait;

    @Override
    public Integer call() {
      Duration limit;
      try {
        limit = Units.duration(wait);
      } catch (IllegalArgumentException e) {
        throw Failure.usage("--wait: " + e.getMessage());
      }
      Screen screen = screen();
      Optional<char[]> passphrase = passphrase();
      try (HubClient hub = hub()) {
        KitMade made =
            hub.post(KitMade.class, "/kits", new KitAsk(site, slots, passphrase.isPresent()));
        KitContents contents =
            whole
                ? KitContents.whole(made)
                : KitContents.small(
                    made,
                    new AwaitedBundles(
                            ask -> hub.post(BundleAnswer.class, "/bundles", ask),
                            screen::hint,
                            limit)
                        ::get);
        contents.notes().forEach(screen::note);
        KitAssembly assembly = KitAssembly.of(made, contents, hub::openBundle, passphrase);
        KitWritten written;
        try (Progress progress = screen.progress("kit", assembly.contentBytes())) {
          written = assembly.write(out, hub::openFile, progress::add);
        }
        screen.say(written, () -> words(written));
        screen.hint("in the shop: tombolo-agent kit apply " + out.getFileName());
        return Exit.OK;
      } catch (IOException e) {
        throw Failure.refused("kit", "no kit was made: " + e.getMessage());
      }
    }

    private Optional<char[]> passphrase() {
      if (passphraseFile == null) {
        return Optional.empty();
      }
      String text;
      try {
        byte[] bytes;
        if (passphraseFile.equals("-")) {
          bytes = System.in.readNBytes(PASSPHRASE_BYTES_MAX);
        } else {
          try (InputStream in = Files.newInputStream(Path.of(passphraseFile))) {
            bytes = in.readNBytes(PASSPHRASE_BYTES_MAX);
          }
        }
        text = new String(bytes, StandardCharsets.UTF_8).strip();
      } catch (IOException e) {
        throw Failure.usage(
            "--passphrase-file: cannot read " + passphraseFile + ": " + e.getMessage());
      }
      if (text.length() < KitFormat.PASSPHRASE_CHARACTERS_MIN) {
        throw Failure.usage(
            "--passphrase-file: "
                + text.length()
                + " characters are too few; whoever has the file can try for years: use at least "
                + KitFormat.PASSPHRASE_CHARACTERS_MIN);
      }
      return Optional.of(text.toCharArray());
    }
  }

  @Command(
      name = "inspect",
      description = "What a kit is, as far as it can be read without its key; needs no hub.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo kit inspect store-117.kit")
  @SuppressWarnings("NullAway.Init")
  static final class Inspect implements Callable<Integer> {
    @Mixin private Common common;

    @Parameters(paramLabel = "FILE", description = "The kit.")
    private Path file;

    @Override
    public Integer call() {
      try {
        KitWritten kit = KitAssembly.inspect(file);
        common.screen().say(kit, () -> words(kit));
        return kit.whole() ? Exit.OK : Exit.REFUSED;
      } catch (NoSuchFileException e) {
        throw new Failure(Exit.NOT_FOUND, "not-found", "there is no file " + file);
      } catch (IOException e) {
        throw Failure.refused("kit", file + ": " + e.getMessage());
      }
    }
  }

  private static String words(KitWritten kit) {
    StringBuilder words = new StringBuilder();
    words.append(
        "%s  %s%s%n"
            .formatted(
                kit.file(), Ago.bytes(kit.bytes()), kit.whole() ? "" : ", cut off: copy it again"));
    words.append(
        "  kit      %s, made %s%n".formatted(kit.kit(), Instant.ofEpochMilli(kit.createdMillis())));
    words.append("  hub      history %s, epoch %d%n".formatted(kit.history(), kit.epoch()));
    words.append(
        "  sealed   to %s%n"
            .formatted(
                kit.sealedTo().equals("passphrase")
                    ? "a passphrase: whoever knows it can read the kit"
                    : "the devices' own keys"));
    for (KitWritten.Slot slot : kit.slots()) {
      words.append(
          "  for      %s  %s  revision %d of %s%n"
              .formatted(
                  slot.slot(),
                  slot.device(),
                  slot.revision(),
                  Instant.ofEpochMilli(slot.issuedMillis())));
    }
    for (KitWritten.Bundle bundle : kit.bundles()) {
      words.append(
          "  bundle   %s make %s of release %s%s%n"
              .formatted(
                  Ago.bytes(bundle.bytes()),
                  Ago.bytes(bundle.plainBytes()),
                  brief(bundle.target()),
                  bundle.base() == null ? "" : ", from release " + brief(bundle.base())));
    }
    words.append("  whole    %s of documents and files%n".formatted(Ago.bytes(kit.otherBytes())));
    return words.toString();
  }

  private static String brief(String digest) {
    return Digest.ofHex(digest.substring(Digest.PREFIX.length())).brief();
  }
}
