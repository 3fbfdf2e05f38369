package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Common;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.cli.sign.PublisherKeyFile;
import dev.tombolo.hub.cli.sign.RootFile;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.Changes;
import dev.tombolo.hub.http.api.PublisherKeyRow;
import dev.tombolo.hub.http.api.RootRow;
import dev.tombolo.protocol.sign.Ed25519Keys;
import dev.tombolo.protocol.sign.PublisherRoot;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo keys`.
@Command(
    name = "keys",
    description = "Publishers' keys: who may sign releases.",
    subcommands = {
      KeysCommand.New.class,
      KeysCommand.ListKeys.class,
      KeysCommand.Rotate.class,
      KeysCommand.Trust.class,
    })
final class KeysCommand extends CommandGroup {

  @Command(
      name = "new",
      description = {
        "Make publisher keys and the root that names them.",
        "Keep the keys away from the hub: who has one can sign what devices run."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo keys new --out publisher",
        "  tombolo keys new --out release-team --keys 3 --threshold 2",
        "  tombolo keys new --out alice --no-root            one more key, for an existing team"
      })
  @SuppressWarnings("NullAway.Init")
  static final class New implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "PATH",
        description = "Writes PATH.key (mode 0600) and PATH.root.json.")
    private Path out;

    @Option(
        names = "--keys",
        defaultValue = "1",
        paramLabel = "N",
        description = "How many keys: PATH-1.key, PATH-2.key, ... Default: 1")
    private int keys;

    @Option(
        names = "--threshold",
        defaultValue = "1",
        paramLabel = "N",
        description = "How many of them must sign each release. Default: 1")
    private int threshold;

    @Option(names = "--no-root", description = "Make only keys.")
    private boolean noRoot;

    @Override
    public Integer call() {
      checkCounts(keys, threshold);
      Screen screen = common.screen();
      Path rootFile = RootFile.beside(out);
      if (!noRoot) {
        RootFile.refuseExisting(rootFile);
      }
      List<KeyPair> pairs = new ArrayList<>();
      List<PublisherRoot.Key> named = new ArrayList<>();
      makeKeys(out, keys, pairs, named, screen);
      PublisherRoot root = new PublisherRoot(1, threshold, named);
      if (!noRoot) {
        RootFile.write(rootFile, root, pairs);
        screen.hint(
            "root  " + rootFile + "   public; tell the hub: tombolo keys trust " + rootFile);
      }
      screen.table(rows(root), keyTable(root), "");
      return Exit.OK;
    }
  }

  @Command(
      name = "rotate",
      description = {
        "Make new publisher keys and the next root, signed by the keys before them and by its own.",
        "Devices follow the chain by themselves, however many rotations they missed."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo keys rotate --root publisher.root.json --key publisher.key --out publisher-2",
        "  tombolo keys rotate --root team.root.json --key team-1.key --key team-2.key"
            + " --out team-b --keys 3 --threshold 2"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Rotate implements Callable<Integer> {
    @Mixin private Common common;

    @Option(
        names = "--root",
        required = true,
        paramLabel = "FILE",
        description = "The root in force, a .root.json.")
    private Path root;

    @Option(
        names = "--key",
        required = true,
        paramLabel = "FILE",
        description = "A key of it; as often as its threshold says.")
    private List<Path> old;

    @Option(
        names = "--out",
        required = true,
        paramLabel = "PATH",
        description = "Writes PATH.key (mode 0600) and PATH.root.json.")
    private Path out;

    @Option(
        names = "--keys",
        defaultValue = "1",
        paramLabel = "N",
        description = "How many new keys: PATH-1.key, PATH-2.key, ... Default: 1")
    private int keys;

    @Option(
        names = "--threshold",
        defaultValue = "1",
        paramLabel = "N",
        description = "How many of them must sign each release. Default: 1")
    private int threshold;

    @Override
    public Integer call() {
      checkCounts(keys, threshold);
      PublisherRoot before = RootFile.readSelfSigned(root);
      List<KeyPair> signers = old.stream().map(PublisherKeyFile::read).toList();
      refuseTooFew(before, signers);
      Path rootFile = RootFile.beside(out);
      RootFile.refuseExisting(rootFile);
      Screen screen = common.screen();
      List<KeyPair> pairs = new ArrayList<>();
      List<PublisherRoot.Key> named = new ArrayList<>();
      makeKeys(out, keys, pairs, named, screen);
      PublisherRoot next = new PublisherRoot(before.version() + 1, threshold, named);
      List<KeyPair> all = new ArrayList<>(signers);
      all.addAll(pairs);
      RootFile.write(rootFile, next, all);
      screen.hint("root  " + rootFile + "   public; tell the hub: tombolo keys trust " + rootFile);
      screen.hint(
          "sign with the new keys from then on, and destroy the old ones when you are sure");
      screen.table(rows(next), keyTable(next), "");
      return Exit.OK;
    }

    private static void refuseTooFew(PublisherRoot before, List<KeyPair> signers) {
      long fitting =
          before.keys().stream()
              .filter(
                  key ->
                      signers.stream()
                          .anyMatch(
                              pair -> Ed25519Keys.keyid(pair.getPublic()).equals(key.keyid())))
              .count();
      if (fitting < before.threshold()) {
        throw Failure.refused(
            "keys-missing",
            "the root in force wants "
                + before.threshold()
                + " of its keys, and "
                + fitting
                + " of those given are its own; give --key for more of them");
      }
    }
  }

  private static void checkCounts(int keys, int threshold) {
    if (keys < 1 || keys > 16) {
      throw Failure.usage("--keys: " + keys + " keys; use 1 to 16");
    }
    if (threshold < 1 || threshold > keys) {
      throw Failure.usage(
          "--threshold: " + threshold + " of " + keys + " keys cannot be met; use 1 to " + keys);
    }
  }

  private static void makeKeys(
      Path out, int keys, List<KeyPair> pairs, List<PublisherRoot.Key> named, Screen screen) {
    SecureRandom random = new SecureRandom();
    for (int i = 1; i <= keys; i++) {
      Path file = out.resolveSibling(out.getFileName() + (keys == 1 ? "" : "-" + i) + ".key");
      KeyPair pair = Ed25519Keys.generate(random);
      PublisherKeyFile.write(file, pair);
      pairs.add(pair);
      named.add(
          Ed25519Keys.describe(
              pair.getPublic(), String.valueOf(file.getFileName()).replace(".key", "")));
      screen.hint("key   " + file + "   keep it secret, keep a copy offline");
    }
  }

  @Command(
      name = "list",
      description = "List the publisher keys that the hub trusts, or those in a file.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo keys list",
        "  tombolo keys list --file publisher.root.json",
        "  tombolo keys list --file publisher.key"
      })
  @SuppressWarnings("NullAway.Init")
  static final class ListKeys extends HubOptions implements Callable<Integer> {
    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "A .root.json or a .key; then no hub is asked.")
    private @Nullable Path file;

    @Override
    public Integer call() {
      Screen screen = screen();
      if (file != null) {
        PublisherRoot root = RootFile.readRootOrKey(file);
        screen.table(rows(root), keyTable(root), "");
        return Exit.OK;
      }
      try (HubClient hub = hub()) {
        List<RootRow> roots = hub.list(RootRow.class, "/publisher-roots");
        if (roots.isEmpty()) {
          screen.table(
              List.of(),
              new Table(""),
              "the hub trusts no publisher yet; make a key with 'tombolo keys new --out publisher'"
                  + " and trust it with 'tombolo keys trust publisher.root.json'");
          return Exit.OK;
        }
        PublisherRoot newest = RootFile.parse("the hub's root", roots.getLast().envelope());
        screen.table(rows(newest), keyTable(newest), "");
        return Exit.OK;
      }
    }
  }

  @Command(
      name = "trust",
      description = {
        "Make the hub trust a publisher root.",
        "The first one is pinned by every join token made from then on; later ones must be signed by",
        "the keys before them."
      },
      footerHeading = "%nExample:%n",
      footer = "  tombolo keys trust publisher.root.json")
  @SuppressWarnings("NullAway.Init")
  static final class Trust extends HubOptions implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The .root.json that 'tombolo keys new' made.")
    private Path file;

    @Override
    public Integer call() {
      String envelope = RootFile.readText(file);
      try (HubClient hub = hub()) {
        Changes changes = AdminJson.read(Changes.class, hub.postText("/publisher-roots", envelope));
        screen().say(changes, () -> String.join("\n", changes.changes()));
        return Exit.OK;
      }
    }
  }

  private static List<PublisherKeyRow> rows(PublisherRoot root) {
    return root.keys().stream()
        .map(
            key ->
                new PublisherKeyRow(
                    key.keyid(), key.name(), key.algorithm(), root.version(), root.threshold()))
        .toList();
  }

  private static Table keyTable(PublisherRoot root) {
    Table table = new Table("NAME", "KEY", "ALGORITHM", "ROOT", "MUST SIGN");
    for (PublisherRoot.Key key : root.keys()) {
      table.row(
          key.name(),
          key.keyid(),
          key.algorithm(),
          root.version() == 0 ? "-" : "v" + root.version(),
          root.version() == 0 ? "-" : root.threshold() + " of " + root.keys().size());
    }
    return table;
  }
}
