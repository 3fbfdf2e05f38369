package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Ago;
import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Progress;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.sign.DigestedFiles;
import dev.tombolo.hub.cli.sign.PublisherKeyFile;
import dev.tombolo.hub.cli.sign.RootFile;
import dev.tombolo.hub.cli.sign.SignedRelease;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.ReleaseTaken;
import dev.tombolo.hub.http.api.RootRow;
import dev.tombolo.hub.http.api.SignedReleaseRow;
import dev.tombolo.protocol.id.Digest;
import dev.tombolo.protocol.reason.ReasonText;
import dev.tombolo.protocol.release.ReleaseVerifier;
import dev.tombolo.protocol.release.Variant;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo release`.
@Command(
    name = "release",
    description = "Signed, immutable versions of models and apps.",
    subcommands = {
      ReleaseCommand.Sign.class,
      ReleaseCommand.Push.class,
      ReleaseCommand.Verify.class,
      ReleaseCommand.ListReleases.class,
    })
final class ReleaseCommand extends CommandGroup {

  @Command(
      name = "sign",
      description = "Digest the files that a release.yaml names, and sign the release.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo release sign -f release.yaml --key publisher.key",
        "  tombolo release sign -f release.yaml --key alice.key --key bob.key --out dist"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Sign implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = {"-f", "--file"},
        required = true,
        paramLabel = "FILE",
        description = "The release.yaml; paths in it are relative to its folder.")
    private Path file;

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "A publisher's key; give as many as the root's threshold asks for.")
    private List<Path> keys;

    @Option(
        names = "--out",
        defaultValue = ".",
        paramLabel = "PATH",
        description = "Folder for NAME-VERSION.release.json, or the file itself. Default: .")
    private Path out;

    @Override
    public Integer call() throws IOException {
      if (!Files.isRegularFile(file)) {
        throw new Failure(
            Exit.NOT_FOUND, "not-found", "there is no " + file + "; say -f FILE of a release.yaml");
      }
      List<KeyPair> pairs = keys.stream().map(PublisherKeyFile::read).toList();
      Screen screen = common.screen();
      SignedRelease release = SignedRelease.sign(file, pairs, out, screen);
      show(screen, release, "signed");
      screen.hint(
          "push it: tombolo release push "
              + Path.of("").toAbsolutePath().relativize(release.file()));
      return Exit.OK;
    }
  }

  @Command(
      name = "push",
      description = {
        "Bring a signed release to the hub.",
        "Files the hub holds already are not sent again, so an upload that broke goes on where it",
        "stopped."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo release push people-embedding-1.5.0.release.json",
        "  tombolo release push people-embedding-1.5.0.release.json --files unpacked/"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Push extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "ENVELOPE", description = "The NAME-VERSION.release.json.")
    private Path envelope;

    @Option(
        names = "--files",
        paramLabel = "DIR",
        description = "Where the files lie, under their paths in the release.")
    private @Nullable Path files;

    @Override
    public Integer call() throws IOException {
      Screen screen = screen();
      SignedRelease release = SignedRelease.read(envelope);
      Map<Digest, Path> sources = release.sources(files);
      try (HubClient hub = hub()) {
        List<Digest> missing = new ArrayList<>();
        long bytes = 0;
        for (Map.Entry<Digest, Variant.File> wanted : release.files().entrySet()) {
          if (!hub.hasFile(wanted.getKey())) {
            missing.add(wanted.getKey());
            bytes += wanted.getValue().size();
          }
        }
        try (Progress progress = screen.progress("uploading", bytes)) {
          for (Digest digest : missing) {
            hub.putFile(digest, Upload.of(Objects.requireNonNull(sources.get(digest)), progress));
          }
        }
        ReleaseTaken taken =
            AdminJson.read(ReleaseTaken.class, hub.postText("/releases", release.text()));
        int held = release.files().size() - missing.size();
        long sent = bytes;
        screen.say(
            taken,
            () ->
                taken.release()
                    + (taken.isNew() ? " pushed" : " is at the hub already")
                    + ": "
                    + Ago.files(missing.size())
                    + ", "
                    + Ago.bytes(sent)
                    + " sent"
                    + (held > 0 ? ", " + held + (held == 1 ? " was" : " were") + " there" : "")
                    + "\ndigest "
                    + taken.digest());
        screen.hint("use it: tombolo assign " + taken.release() + " --fleet FLEET");
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "verify",
      description = {
        "Check a signed release.",
        "It needs enough signatures of trusted keys, a sound manifest, and its files unchanged where",
        "they are at hand."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo release verify people-embedding-1.5.0.release.json --root publisher.root.json",
        "  tombolo release verify people-embedding-1.5.0.release.json     against the hub's root"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Verify extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "ENVELOPE", description = "The NAME-VERSION.release.json.")
    private Path envelope;

    @Option(
        names = "--root",
        paramLabel = "FILE",
        description = "The publisher's .root.json; without it the hub's newest root counts.")
    private @Nullable Path root;

    @Option(
        names = "--files",
        paramLabel = "DIR",
        description = "Where the files lie, under their paths in the release.")
    private @Nullable Path files;

    @Override
    public Integer call() throws IOException {
      Screen screen = screen();
      SignedRelease release = SignedRelease.read(envelope);
      PublisherRoot trusted = root != null ? RootFile.readSelfSigned(root) : hubsRoot();
      if (ReleaseVerifier.verify(release.envelope(), trusted)
          instanceof ReleaseVerifier.Refused(var reason)) {
        throw Failure.refused("signature-refused", envelope + ": " + ReasonText.say(reason));
      }
      Map<Digest, Path> sources = release.sources(files);
      try (Progress progress = screen.progress("digesting", release.bytes())) {
        for (Variant.File wanted : release.files().values()) {
          check(wanted, Objects.requireNonNull(sources.get(wanted.digest())), progress);
        }
      }
      show(screen, release, "verified");
      return Exit.OK;
    }

    private PublisherRoot hubsRoot() {
      try (HubClient hub = hub()) {
        List<RootRow> roots = hub.list(RootRow.class, "/publisher-roots");
        if (roots.isEmpty()) {
          throw Failure.refused(
              "no-root", "the hub trusts no publisher yet; say --root publisher.root.json");
        }
        return RootFile.parse("the hub's root", roots.getLast().envelope());
      }
    }

    private static void check(Variant.File wanted, Path source, Progress progress)
        throws IOException {
      try {
        if (!DigestedFiles.digest(source, progress).equals(wanted.digest())) {
          throw Failure.refused(
              "digest-mismatch",
              source
                  + " was changed since the release was signed; restore it, or sign a new version");
        }
      } catch (NoSuchFileException e) {
        throw new Failure(Exit.NOT_FOUND, "not-found", "there is no " + source, e);
      }
    }
  }

  @Command(
      name = "list",
      description = "List the releases that the hub holds.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo release list")
  @SuppressWarnings("NullAway.Init")
  static final class ListReleases extends HubOptions implements Callable<Integer> {
    @Mixin private ListOptions lines;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        lines.show(Listing.RELEASES, hub, screen(), "");
      }
      return Exit.OK;
    }
  }

  private static void show(Screen screen, SignedRelease release, String done) {
    SignedReleaseRow row =
        new SignedReleaseRow(
            release.name(),
            release.digest().text(),
            release.file().toString(),
            release.files().size(),
            release.bytes(),
            release.envelope().signatures().stream().map(signature -> signature.keyid()).toList());
    screen.say(
        row,
        () ->
            row.release()
                + " "
                + done
                + ": "
                + Ago.files(row.files())
                + ", "
                + Ago.bytes(row.bytes())
                + ", "
                + row.signers().size()
                + (row.signers().size() == 1 ? " signature" : " signatures")
                + "\ndigest "
                + row.digest()
                + "\nfile   "
                + row.file());
  }
}
