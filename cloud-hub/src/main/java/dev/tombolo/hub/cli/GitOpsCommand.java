package dev.tombolo.hub.cli;

import dev.tombolo.hub.cli.client.Confirmation;
import dev.tombolo.hub.cli.client.HubClient;
import dev.tombolo.hub.cli.screen.Exit;
import dev.tombolo.hub.cli.screen.Failure;
import dev.tombolo.hub.cli.screen.Screen;
import dev.tombolo.hub.cli.screen.Table;
import dev.tombolo.hub.http.api.AdminJson;
import dev.tombolo.hub.http.api.AppliedShown;
import dev.tombolo.hub.http.api.GitApproveAsk;
import dev.tombolo.hub.http.api.GitCommitRow;
import dev.tombolo.hub.http.api.GitDeviceRow;
import dev.tombolo.hub.http.api.GitRow;
import dev.tombolo.hub.policy.NearMiss;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tombolo gitops`.
@Command(
    name = "gitops",
    description = {
      "Applications that come out of a Git repository: see Application.spec.source.",
      "A commit is applied when it is seen; in a protected fleet a person lets it in."
    },
    subcommands = {
      GitOpsCommand.ListAll.class,
      GitOpsCommand.Show.class,
      GitOpsCommand.Devices.class,
      GitOpsCommand.Diff.class,
      GitOpsCommand.Approve.class,
      GitOpsCommand.Sync.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  tombolo gitops list",
      "  tombolo gitops diff people-embedding",
      "  tombolo gitops approve people-embedding"
    })
final class GitOpsCommand extends CommandGroup {
  private static final int SHORT = 8;

  private static String shortly(@Nullable GitCommitRow commit) {
    return commit == null ? "-" : shortly(commit.commit());
  }

  private static String shortly(String commit) {
    return commit.substring(0, Math.min(SHORT, commit.length()));
  }

  @Command(
      name = "list",
      description = "List applications that come out of Git, and the commits that count.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo gitops list --fleet retail")
  @SuppressWarnings("NullAway.Init")
  static final class ListAll extends HubOptions implements Callable<Integer> {
    @Option(names = "--fleet", paramLabel = "FLEET", description = "Only of this fleet.")
    private @Nullable String fleet;

    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        List<GitRow> rows =
            hub.list(
                GitRow.class,
                "/gitops" + (fleet == null ? "" : "?fleet=" + HubClient.escape(fleet)));
        Table table =
            new Table("APPLICATION", "FLEET", "STATE", "APPLIED", "NEWEST", "LOOKED", "FROM");
        for (GitRow row : rows) {
          table.row(
              row.application(),
              row.fleet(),
              row.state(),
              shortly(row.applied()),
              shortly(row.fetched()),
              row.lookedMillis() == 0 ? "-" : Listing.ago(row.lookedMillis()),
              row.url() + "@" + row.branch());
        }
        screen()
            .table(
                rows,
                table,
                "no application comes out of Git; give one a spec.source and apply it");
      }
      return Exit.OK;
    }
  }

  /// One application, by its name or with its fleet.
  @SuppressWarnings("NullAway.Init")
  abstract static class OfOne extends HubOptions {
    @Parameters(
        paramLabel = "APP",
        description = "The application, or FLEET/APP where more than one fleet has it.")
    private String application;

    GitRow found(HubClient hub) {
      List<GitRow> rows = hub.list(GitRow.class, "/gitops");
      List<GitRow> meant =
          rows.stream()
              .filter(
                  row ->
                      application.equals(row.application())
                          || application.equals(row.fleet() + "/" + row.application()))
              .toList();
      if (meant.size() > 1) {
        throw Failure.usage(
            "more than one fleet has '"
                + application
                + "': say "
                + String.join(" or ", meant.stream().map(OfOne::nameOf).toList()));
      }
      if (meant.isEmpty()) {
        throw new Failure(
            Exit.NOT_FOUND,
            "not-found",
            "no application '"
                + application
                + "' comes out of Git"
                + NearMiss.of(
                        application,
                        rows.stream()
                            .flatMap(row -> List.of(row.application(), nameOf(row)).stream())
                            .distinct()
                            .toList())
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse("; see: tombolo gitops list"));
      }
      return meant.getFirst();
    }

    private static String nameOf(GitRow row) {
      return row.fleet() + "/" + row.application();
    }

    static String pathOf(GitRow row) {
      return "/gitops/" + HubClient.escape(row.fleet()) + "/" + HubClient.escape(row.application());
    }
  }

  @Command(
      name = "show",
      description = "An application that comes out of Git: commits, and what is wrong.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo gitops show people-embedding")
  static final class Show extends OfOne implements Callable<Integer> {
    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        GitRow row = found(hub);
        screen().say(row, () -> words(row));
      }
      return Exit.OK;
    }
  }

  static String words(GitRow row) {
    StringBuilder words = new StringBuilder();
    line(words, "application", row.fleet() + "/" + row.application());
    line(
        words,
        "from",
        row.url() + "@" + row.branch() + (row.path().isEmpty() ? "" : " " + row.path()));
    line(words, "state", row.state() + ": " + Screen.plain(row.words()));
    GitCommitRow fetched = row.fetched();
    line(words, "newest", fetched == null ? "none yet" : of(fetched, "seen"));
    GitCommitRow applied = row.applied();
    line(words, "applied", applied == null ? "none yet" : of(applied, "applied"));
    line(
        words,
        "looked",
        row.lookedMillis() == 0 ? "not since the hub's start" : Listing.ago(row.lookedMillis()));
    return words.toString();
  }

  private static String of(GitCommitRow row, String what) {
    return row.commit()
        + " "
        + Screen.plain(row.about())
        + ", "
        + what
        + " "
        + Listing.ago(row.millis())
        + (row.by().isEmpty() ? "" : ", let in by " + row.by());
  }

  private static void line(StringBuilder words, String label, String value) {
    words.append(String.format(Locale.ROOT, "%-13s%s%n", label, value));
  }

  @Command(
      name = "devices",
      description = "The commit that each device runs.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo gitops devices people-embedding --limit 20")
  @SuppressWarnings("NullAway.Init")
  static final class Devices extends OfOne implements Callable<Integer> {
    @Option(
        names = "--limit",
        paramLabel = "N",
        description = "Show the first N, and how many more there are. Default: all.")
    private @Nullable Integer limit;

    @Override
    public Integer call() {
      if (limit != null && limit < 1) {
        throw Failure.usage("--limit: " + limit + " is too few; use 1 or more");
      }
      Screen screen = screen();
      try (HubClient hub = hub()) {
        Pager pager = new Pager(hub, "", limit == null ? Integer.MAX_VALUE : limit);
        List<GitDeviceRow> rows = pager.rows(GitDeviceRow.class, pathOf(found(hub)) + "/devices");
        Table table = new Table("SLOT", "LINE", "COMMIT", "VERSION", "STATE");
        for (GitDeviceRow row : rows) {
          String commit = row.commit();
          table.row(
              row.slot(),
              row.online() ? "up" : "down",
              commit == null ? "-" : (row.exact() ? "" : "<=") + shortly(commit),
              row.version() == null ? "-" : row.version(),
              row.state());
        }
        screen.table(rows, table, "no device is to have it yet");
        pager.tellWhatIsLeft(screen);
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "diff",
      description = "What the newest commit would change: fields, and on which devices.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo gitops diff people-embedding")
  static final class Diff extends OfOne implements Callable<Integer> {
    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        AppliedShown shown = hub.get(AppliedShown.class, pathOf(found(hub)) + "/diff");
        Screen screen = screen();
        screen.say(
            shown,
            () -> {
              List<String> lines = new ArrayList<>(AppliedWords.differences(shown));
              lines.addAll(AppliedWords.reach(shown));
              lines.addAll(AppliedWords.rollouts(shown));
              return String.join("\n", lines);
            });
        shown.warnings().forEach(warning -> screen.hint("warning: " + warning));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "approve",
      description = "Let the newest commit into a protected fleet.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  tombolo gitops approve people-embedding",
        "  tombolo gitops approve people-embedding --commit 1a2b3c4d... --yes-really retail"
      })
  @SuppressWarnings("NullAway.Init")
  static final class Approve extends OfOne implements Callable<Integer> {
    private static final int COMMIT_CHARACTERS_MIN = 7;

    @Option(
        names = "--commit",
        paramLabel = "COMMIT",
        description = "Only this one. Default: the newest that the hub has seen.")
    private @Nullable String commit;

    @Mixin private Confirmation confirmation;

    @Override
    public Integer call() {
      Screen screen = screen();
      try (HubClient hub = hub()) {
        GitRow row = found(hub);
        GitCommitRow newest = row.fetched();
        if (newest == null) {
          throw Failure.refused("conflict", "nothing was fetched yet: tombolo gitops sync");
        }
        String meant = commit;
        if (meant != null
            && (meant.length() < COMMIT_CHARACTERS_MIN || !newest.commit().startsWith(meant))) {
          throw Failure.refused(
              "conflict",
              "the newest commit is "
                  + newest.commit()
                  + "; look at it first: tombolo gitops diff");
        }
        AppliedShown applied =
            confirmation.guard(
                screen.person(),
                typed ->
                    hub.post(
                        AppliedShown.class,
                        pathOf(row) + "/approve",
                        new GitApproveAsk(newest.commit(), typed)));
        screen.say(
            applied,
            () ->
                "commit "
                    + shortly(newest.commit())
                    + " is in\n"
                    + String.join("\n", applied.changes()));
      }
      return Exit.OK;
    }
  }

  @Command(
      name = "sync",
      description = "Look for a new commit now, and take it.",
      footerHeading = "%nExample:%n",
      footer = "  tombolo gitops sync people-embedding")
  static final class Sync extends OfOne implements Callable<Integer> {
    @Override
    public Integer call() {
      try (HubClient hub = hub()) {
        GitRow row = AdminJson.read(GitRow.class, hub.postText(pathOf(found(hub)) + "/sync", "{}"));
        screen().say(row, () -> words(row));
        boolean isHeld = row.state().equals("waits");
        return isHeld ? Exit.HELD_UP : row.fault() == null ? Exit.OK : Exit.REFUSED;
      }
    }
  }
}
