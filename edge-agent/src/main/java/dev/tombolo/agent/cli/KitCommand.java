package dev.tombolo.agent.cli;

import dev.tombolo.agent.bundle.ApplyException;
import dev.tombolo.agent.bundle.BaseException;
import dev.tombolo.agent.bundle.BundleApply;
import dev.tombolo.agent.bundle.NoRoomException;
import dev.tombolo.agent.config.AgentConfig;
import dev.tombolo.agent.core.AgentFolders;
import dev.tombolo.agent.daemon.AgentVersion;
import dev.tombolo.agent.daemon.Joining;
import dev.tombolo.agent.daemon.Machine;
import dev.tombolo.agent.kit.KitApply;
import dev.tombolo.agent.kit.KitInspect;
import dev.tombolo.agent.kit.KitUnpacking;
import dev.tombolo.agent.sqlite.StatusReader;
import dev.tombolo.agent.x509.IdentityFolder;
import dev.tombolo.protocol.codec.JsonWriter;
import dev.tombolo.protocol.kit.KitException;
import dev.tombolo.protocol.kit.KitHeader;
import dev.tombolo.protocol.kit.KitLock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `tombolo-agent kit`.
@Command(
    name = "kit",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Updates this device from a file on a USB stick; needs no line.",
    subcommands = {KitCommand.Apply.class, KitCommand.Inspect.class})
final class KitCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "say what to do: tombolo-agent kit apply FILE, or tombolo-agent kit inspect FILE");
  }

  /// `tombolo-agent kit apply`.
  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description = {
        "Takes from a kit what head office wants this device to be, with all checks of the line.",
        "Run it as root or as the agent's user; the agent may run, and takes it up by itself.",
        "An older kit never undoes a newer document. Safe to repeat, and to break off: the device has",
        "all of it or nothing."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo-agent kit apply /media/usb/store-117.kit",
        "  tombolo-agent kit apply /media/usb/store-117.kit --passphrase-file words.txt",
        "  tombolo-agent kit apply /media/usb/store-117.kit --wait 0        only hand it over",
        "",
        "Exit codes: 0 all of it is live, 1 refused or not (yet) live, 4 no such file"
      })
  static final class Apply implements Callable<Integer> {
    private static final int PASSPHRASE_BYTES_MAX = 4 * 1024;

    @Mixin private DataFolder folder = new DataFolder();

    @Parameters(paramLabel = "FILE", description = "The kit.")
    private Path file = Path.of("");

    @Option(
        names = "--passphrase-file",
        paramLabel = "FILE",
        description = "A file with the kit's passphrase, or - for the standard input.")
    private @Nullable String passphrase;

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        defaultValue = "600",
        description =
            "How long to wait until all of it is live (default: ${DEFAULT-VALUE}); 0: not at all.")
    private int waitSeconds;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      PrintWriter errors = spec.commandLine().getErr();
      if (!Files.isRegularFile(file)) {
        errors.println("tombolo-agent: there is no file " + file);
        return ExitCode.NOT_FOUND;
      }
      AgentConfig config = folder.config();
      if (!Files.isDirectory(config.data()) || !Joining.hasJoined(config.data())) {
        errors.println(
            "tombolo-agent: "
                + config.data()
                + " holds no device that has joined; a kit is for devices that the hub knows: join"
                + " first, with a line: tombolo-agent enroll --token T --data "
                + config.data());
        return ExitCode.FAILED;
      }
      boolean isSeen = System.console() != null && !json;
      KitApply.Placed placed;
      ProgressLine progress = new ProgressLine(isSeen, errors);
      progress.total(Files.size(file));
      try (KitApply apply =
          KitApply.begin(new AgentFolders(config.data()), device(config), Apply::unpack)) {
        placed = apply.apply(file, passphrase(), progress::add);
      } catch (KitException e) {
        progress.end();
        errors.println("tombolo-agent: " + file + ": " + e.getMessage());
        return ExitCode.FAILED;
      }
      progress.end();
      return new KitOutcome(config.data(), placed, json, isSeen, out, errors).await(waitSeconds);
    }

    private static KitUnpacking.Outcome unpack(
        @Nullable Path base, Path bundle, Path out, long bytes) throws IOException {
      try {
        BundleApply.Wanted wanted = BundleApply.Wanted.byDigests(out, OptionalLong.of(bytes));
        BundleApply.apply(base, bundle, wanted, size -> {}, progress -> {});
        return new KitUnpacking.Outcome.Made();
      } catch (BaseException | NoSuchFileException e) {
        return new KitUnpacking.Outcome.BaseDamaged();
      } catch (NoRoomException e) {
        // Another kit would be no smaller.
        throw e;
      } catch (ApplyException e) {
        return new KitUnpacking.Outcome.Refused(String.valueOf(e.getMessage()));
      }
    }

    private static KitApply.KitDevice device(AgentConfig config) throws IOException {
      AgentFolders folders = new AgentFolders(config.data());
      StatusReader.Trusted trusted = StatusReader.trusted(config.data());
      IdentityFolder.Identity identity = IdentityFolder.look(folders.identity());
      return new KitApply.KitDevice(
          trusted.enrolment().device(),
          trusted.enrolment().site() + "/" + trusted.enrolment().slot(),
          IdentityFolder.keys(folders.identity()),
          trusted.held(),
          trusted.enrolment().history(),
          trusted.documentCertificate(),
          identity.roots(),
          Machine.platform(config.runtimes().keySet()),
          AgentVersion.FEATURES);
    }

    private Optional<char[]> passphrase() throws IOException {
      String from = passphrase;
      if (from == null) {
        return Optional.empty();
      }
      byte[] bytes;
      if (from.equals("-")) {
        bytes = System.in.readNBytes(PASSPHRASE_BYTES_MAX);
      } else {
        try (InputStream in = Files.newInputStream(Path.of(from))) {
          bytes = in.readNBytes(PASSPHRASE_BYTES_MAX);
        } catch (NoSuchFileException e) {
          throw new IOException("no such file: " + from + "; give the passphrase's file", e);
        }
      }
      return Optional.of(new String(bytes, StandardCharsets.UTF_8).strip().toCharArray());
    }
  }

  /// `tombolo-agent kit inspect`.
  @Command(
      name = "inspect",
      mixinStandardHelpOptions = true,
      description = "What a kit is, as far as it can be read without its key.",
      footerHeading = "%nExamples:%n",
      footer = "  tombolo-agent kit inspect /media/usb/store-117.kit")
  static final class Inspect implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The kit.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      PrintWriter errors = spec.commandLine().getErr();
      if (!Files.isRegularFile(file)) {
        errors.println("tombolo-agent: there is no file " + file);
        return ExitCode.NOT_FOUND;
      }
      try {
        KitInspect kit = KitInspect.of(file);
        out.println(json ? json(kit) : words(kit));
        return kit.isWhole() ? ExitCode.OK : ExitCode.FAILED;
      } catch (KitException e) {
        errors.println("tombolo-agent: " + file + ": " + e.getMessage());
        return ExitCode.FAILED;
      }
    }

    private static String json(KitInspect kit) {
      KitHeader header = kit.header();
      return JsonWriter.write(
          header,
          (writer, it) ->
              writer
                  .text("kit", it.id())
                  .integer("createdMillis", it.createdMillis())
                  .id("fleet", it.fleet())
                  .id("site", it.site())
                  .integer("epoch", it.history().epoch())
                  .text("history", it.history().id())
                  .text("sealedTo", sealedTo(it))
                  .integer("bytes", kit.bytes())
                  .yes("whole", kit.isWhole())
                  .list(
                      "bundles",
                      it.bundles(),
                      (each, bundle) ->
                          each.id("bundle", bundle.bundle())
                              .integer("bytes", bundle.bytes())
                              .integer("plainBytes", bundle.plainBytes())
                              .id("target", bundle.target())
                              .integer("variant", bundle.variant())
                              .id("base", bundle.base()))
                  .integer("otherBytes", it.contentBytes() - it.bundleBytes())
                  .list(
                      "slots",
                      it.slots(),
                      (each, slot) ->
                          each.id("slot", slot.slot())
                              .id("device", slot.device())
                              .integer("revision", slot.revision())
                              .integer("issuedMillis", slot.issuedMillis())));
    }

    private static String sealedTo(KitHeader header) {
      boolean toPassphrase =
          header.locks().stream().anyMatch(KitLock.OfPassphrase.class::isInstance);
      return toPassphrase ? "passphrase" : "devices";
    }

    private static String words(KitInspect kit) {
      KitHeader header = kit.header();
      String slots =
          header.slots().stream()
              .map(
                  slot ->
                      "%-10s%s/%s  %s  revision %d of %s"
                          .formatted(
                              "for",
                              header.site(),
                              slot.slot(),
                              slot.device(),
                              slot.revision(),
                              Instant.ofEpochMilli(slot.issuedMillis())))
              .collect(Collectors.joining("\n"));
      String bundles =
          header.bundles().stream()
              .map(
                  bundle ->
                      "\n%-10s%d bytes make %d bytes of release %s%s"
                          .formatted(
                              "bundle",
                              bundle.bytes(),
                              bundle.plainBytes(),
                              bundle.target().brief(),
                              bundle.base() == null
                                  ? ""
                                  : ", from release " + bundle.base().brief()))
              .collect(Collectors.joining());
      return """
      kit       %s
      made      %s
      fleet     %s
      hub       history %s, epoch %d
      sealed to %s
      file      %s
      %s%s"""
          .formatted(
              header.id(),
              Instant.ofEpochMilli(header.createdMillis()),
              header.fleet(),
              header.history().id(),
              header.history().epoch(),
              sealedTo(header).equals("passphrase") ? "a passphrase" : "the devices' keys",
              kit.isWhole()
                  ? kit.bytes() + " bytes, as long as it should be"
                  : kit.bytes() + " bytes; it should have " + kit.bytesWanted() + ": copy it again",
              slots,
              bundles);
    }
  }
}
